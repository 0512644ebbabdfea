// The operations of Cognito Sync that exist here, by AWS's names: data sets and their records. Devices that are pushed
// to, streams and events are refused by name at the wire. AWS has retired the service in favour of AppSync.
import { reads, writes } from '#store/transactional.ts'
import {
  deleteDataset,
  describeDataset,
  describeIdentityPoolUsage,
  describeIdentityUsage,
  listDatasets,
  listIdentityPoolUsage,
} from './datasets.ts'
import { listRecords, updateRecords } from './records.ts'

export const cognitoSyncOperations = Object.freeze({
  DeleteDataset: writes(deleteDataset),
  DescribeDataset: reads(describeDataset),
  DescribeIdentityPoolUsage: reads(describeIdentityPoolUsage),
  DescribeIdentityUsage: reads(describeIdentityUsage),
  ListDatasets: reads(listDatasets),
  ListIdentityPoolUsage: reads(listIdentityPoolUsage),
  ListRecords: reads(listRecords),
  UpdateRecords: writes(updateRecords),
})

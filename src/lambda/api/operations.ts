// The registry: Lambda's operations as the wire layer and stack deployments call them. Invoke and its streaming sister
// are answered by the process that has the functions (invoke-api.ts).
import { reads, writes } from '#store/transactional.ts'
import { getAccountSettings } from './account-settings.ts'
import * as aliases from './aliases.ts'
import type { LambdaParts } from './code.ts'
import { checkCodeStorage } from './code-storage.ts'
import * as concurrency from './concurrency.ts'
import { describeConfiguration } from './configuration.ts'
import * as events from './event-invoke-configs.ts'
import * as mappings from './event-source-mappings.ts'
import * as urls from './function-urls.ts'
import * as functions from './functions.ts'
import * as layers from './layers.ts'
import * as permissions from './permissions.ts'
import * as tags from './tags.ts'
import { updateFunctionCodeOperation, updateFunctionConfiguration } from './updates.ts'
import { listVersionsByFunction, publishVersion } from './versions.ts'

export const lambdaOperations = (parts: LambdaParts) => ({
  AddPermission: writes(permissions.addPermission),
  CreateAlias: writes(aliases.createAlias),
  CreateEventSourceMapping: writes(mappings.createEventSourceMapping),
  CreateFunction: functions.createFunctionOperation(parts),
  CreateFunctionUrlConfig: writes(urls.createFunctionUrlConfig),
  DeleteAlias: writes(aliases.deleteAlias),
  DeleteEventSourceMapping: writes(mappings.deleteEventSourceMapping),
  DeleteFunction: writes(functions.deleteFunction(parts)),
  DeleteFunctionConcurrency: writes(concurrency.deleteFunctionConcurrency),
  DeleteFunctionEventInvokeConfig: writes(events.deleteFunctionEventInvokeConfig),
  DeleteFunctionUrlConfig: writes(urls.deleteFunctionUrlConfig),
  DeleteLayerVersion: writes(layers.deleteLayerVersion(parts)),
  DeleteProvisionedConcurrencyConfig: writes(concurrency.deleteProvisionedConcurrencyConfig),
  GetAccountSettings: reads(getAccountSettings),
  GetAlias: reads(aliases.getAlias),
  GetEventSourceMapping: reads(mappings.getEventSourceMapping),
  GetFunction: reads(functions.getFunction(parts)),
  GetFunctionConcurrency: reads(concurrency.getFunctionConcurrency),
  GetFunctionConfiguration: reads(functions.getFunctionConfiguration),
  GetFunctionEventInvokeConfig: reads(events.getFunctionEventInvokeConfig),
  GetFunctionUrlConfig: reads(urls.getFunctionUrlConfig),
  GetLayerVersion: reads(layers.getLayerVersion(parts)),
  GetLayerVersionByArn: reads(layers.getLayerVersionByArn(parts)),
  GetPolicy: reads(permissions.getPolicy),
  GetProvisionedConcurrencyConfig: reads(concurrency.getProvisionedConcurrencyConfig),
  ListAliases: reads(aliases.listAliases),
  ListEventSourceMappings: reads(mappings.listEventSourceMappings),
  ListFunctionEventInvokeConfigs: reads(events.listFunctionEventInvokeConfigs),
  ListFunctionUrlConfigs: reads(urls.listFunctionUrlConfigs),
  ListFunctions: reads(functions.listFunctions),
  ListLayers: reads(layers.listLayers),
  ListLayerVersions: reads(layers.listLayerVersions),
  ListProvisionedConcurrencyConfigs: reads(concurrency.listProvisionedConcurrencyConfigs),
  ListTags: reads(tags.listTags),
  ListVersionsByFunction: reads(listVersionsByFunction),
  PublishLayerVersion: layers.publishLayerVersionOperation(parts),
  PublishVersion: writes(async (input: Parameters<typeof publishVersion>[0], call) => {
    const version = await publishVersion(input, call)
    if (version.document.code.kind === 'archive')
      await checkCodeStorage(call, parts.codeBytesInAllMax)
    return describeConfiguration(version)
  }),
  PutFunctionConcurrency: writes(concurrency.putFunctionConcurrency),
  PutFunctionEventInvokeConfig: writes(events.putFunctionEventInvokeConfig),
  PutProvisionedConcurrencyConfig: writes(concurrency.putProvisionedConcurrencyConfig),
  RemovePermission: writes(permissions.removePermission),
  TagResource: writes(tags.tagResource),
  UntagResource: writes(tags.untagResource),
  UpdateAlias: writes(aliases.updateAlias),
  UpdateEventSourceMapping: writes(mappings.updateEventSourceMapping),
  UpdateFunctionCode: updateFunctionCodeOperation(parts),
  UpdateFunctionConfiguration: writes(updateFunctionConfiguration),
  UpdateFunctionEventInvokeConfig: writes(events.updateFunctionEventInvokeConfig),
  UpdateFunctionUrlConfig: writes(urls.updateFunctionUrlConfig),
})

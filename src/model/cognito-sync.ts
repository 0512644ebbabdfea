// What Cognito Sync keeps for the identities of a pool: data sets of named texts, each with the count of its last change.
// https://docs.aws.amazon.com/cognitosync/latest/APIReference/API_Types.html

export interface SyncDataset {
  readonly IdentityId: string
  readonly DatasetName: string
  readonly CreationDate: number
  readonly LastModifiedDate: number
  /** The device, or the caller, of the last change. */
  readonly LastModifiedBy: string
  /** Bytes of keys and values. */
  readonly DataStorage: number
  readonly NumRecords: number
  /** Of the last change; it goes on where a data set of the same name is made again. */
  readonly syncCount: number
  /** The count at which it was deleted; absent: it is there. */
  readonly deletedAt?: number
}

export interface SyncRecord {
  readonly Key: string
  /** Absent: the record was removed, which other devices are told. */
  readonly Value?: string
  readonly SyncCount: number
  readonly LastModifiedDate: number
  readonly LastModifiedBy: string
  readonly DeviceLastModifiedDate: number
}

export interface SyncPoolUsage {
  readonly DataStorage: number
  readonly SyncSessionsCount: number
  readonly LastModifiedDate: number
}

// Function URLs: an HTTPS endpoint of a function's own, without an API in front of it.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html
import type {
  CreateFunctionUrlConfigRequest,
  DeleteFunctionUrlConfigRequest,
  FunctionUrlConfig,
  GetFunctionUrlConfigRequest,
  ListFunctionUrlConfigsRequest,
  UpdateFunctionUrlConfigRequest,
} from '@aws-sdk/client-lambda'
import { GLOBAL_SCOPE } from '#model/scope.ts'
import { directory } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { pageOf, pageOfMarker } from '#wire/pagination.ts'
import { checkRange, invalidParameter, resourceConflict, resourceNotFound } from './errors.ts'
import { attachment, functionRecord } from './lookups.ts'
import { isVersion, qualifiedArn, referenceOf } from './names.ts'
import { type UrlRecord, urls } from './records.ts'

type Described = Shape<FunctionUrlConfig>
type Cors = Shape<CreateFunctionUrlConfigRequest>['Cors']

/** AWS: the label before `.lambda-url` is 32 characters. [exp] */
const URL_ID_LENGTH = 32

export const createFunctionUrlConfig = async (
  input: Shape<CreateFunctionUrlConfigRequest>,
  call: WriteCall,
): Promise<Described> => {
  const { name, key, qualifier } = await attachment(input.FunctionName, input.Qualifier, call)
  if (isVersion(qualifier)) {
    throw invalidParameter('A function URL is of a function or of an alias, not of a version.')
  }
  if ((await call.tx.get(urls, call, key)) !== undefined) {
    throw resourceConflict(
      `Failed to create function url config for [functionArn = ${arnOf(name, qualifier, call)}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    )
  }
  const record: UrlRecord = {
    urlId: call.ids.next(URL_ID_LENGTH),
    AuthType: input.AuthType ?? 'AWS_IAM',
    InvokeMode: input.InvokeMode ?? 'BUFFERED',
    ...corsOf(input.Cors),
    createdMs: call.nowMs,
    modifiedMs: call.nowMs,
  }
  return put(name, qualifier, record, call)
}

export const updateFunctionUrlConfig = async (
  input: Shape<UpdateFunctionUrlConfigRequest>,
  call: WriteCall,
): Promise<Described> => {
  const { name, key, qualifier } = await attachment(input.FunctionName, input.Qualifier, call)
  const old = await found(key, call)
  return put(
    name,
    qualifier,
    {
      ...old,
      AuthType: input.AuthType ?? old.AuthType,
      InvokeMode: input.InvokeMode ?? old.InvokeMode,
      ...(input.Cors !== undefined && corsOf(input.Cors)),
      modifiedMs: call.nowMs,
    },
    call,
  )
}

const corsOf = (cors: Cors): Pick<UrlRecord, 'Cors'> => {
  if (cors === undefined) return {}
  checkRange('cors.maxAge', cors.MaxAge, 0, 86_400)
  const entries = Object.entries(cors).filter(([, value]) => value !== undefined && value !== null)
  return { Cors: Object.fromEntries(entries) }
}

const put = async (
  name: string,
  qualifier: string,
  record: UrlRecord,
  call: WriteCall,
): Promise<Described> => {
  const { accountId, region } = call
  const { urlId, AuthType: authType, InvokeMode: invokeMode, Cors: cors } = record
  await call.tx.put(urls, call, `${name}/${qualifier}`, record)
  await call.tx.put(directory, GLOBAL_SCOPE, `function-url/${urlId}`, {
    kind: 'function-url',
    scope: { accountId, region },
    urlId,
    functionArn: arnOf(name, qualifier, call),
    authType,
    invokeMode,
    ...(cors !== undefined && { cors }),
  })
  return describe(name, qualifier, record, call)
}

export const getFunctionUrlConfig = async (
  input: Shape<GetFunctionUrlConfigRequest>,
  call: ReadCall,
): Promise<Described> => {
  const { name, key, qualifier } = await attachment(input.FunctionName, input.Qualifier, call)
  return describe(name, qualifier, await found(key, call), call)
}

export const deleteFunctionUrlConfig = async (
  input: Shape<DeleteFunctionUrlConfigRequest>,
  call: WriteCall,
) => {
  const { key } = await attachment(input.FunctionName, input.Qualifier, call)
  const { urlId } = await found(key, call)
  await call.tx.delete(urls, call, key)
  await call.tx.delete(directory, GLOBAL_SCOPE, `function-url/${urlId}`)
  return {}
}

export const listFunctionUrlConfigs = async (
  input: Shape<ListFunctionUrlConfigsRequest>,
  call: ReadCall,
) => {
  const { name } = referenceOf(input.FunctionName, undefined, call)
  await functionRecord({ name, qualifier: undefined }, call)
  const entries = await call.view.list(urls, call, { prefix: `${name}/` })
  const page = pageOf(entries, ({ key }) => key, pageOfMarker(input))
  return {
    FunctionUrlConfigs: page.items.map(({ key, value }) =>
      describe(name, key.slice(name.length + 1), value, call),
    ),
    ...(page.token !== undefined && { NextMarker: page.token }),
  }
}

const found = async (key: string, call: ReadCall): Promise<UrlRecord> => {
  const record = await call.view.get(urls, call, key)
  if (record === undefined) throw resourceNotFound('The resource you requested does not exist.')
  return record
}

const arnOf = (name: string, qualifier: string, call: ReadCall): string =>
  qualifiedArn(call, name, qualifier === '$LATEST' ? undefined : qualifier)

const describe = (
  name: string,
  qualifier: string,
  record: UrlRecord,
  call: ReadCall,
): Described => ({
  FunctionUrl: `https://${record.urlId}.lambda-url.${call.region}.on.aws/`,
  FunctionArn: arnOf(name, qualifier, call),
  AuthType: record.AuthType,
  InvokeMode: record.InvokeMode,
  ...(record.Cors !== undefined && { Cors: record.Cors }),
  CreationTime: new Date(record.createdMs).toISOString(),
  LastModifiedTime: new Date(record.modifiedMs).toISOString(),
})

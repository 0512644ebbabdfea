// Published versions: the code and configuration of a moment, which no later change reaches. A folder that a developer
// works in is the exception: it is used where it lies, by every version that named it.
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
import type {
  FunctionConfiguration,
  ListVersionsByFunctionRequest,
  PublishVersionRequest,
} from '@aws-sdk/client-lambda'
import { canonicalJson } from '#shared/json.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import type { Shape } from '#wire/operation.ts'
import { pageOf, pageOfMarker } from '#wire/pagination.ts'
import { describeConfiguration, revisionOf } from './configuration.ts'
import { functionNotFound, invalidParameter, resourceConflict } from './errors.ts'
import { checkRevision, functionRecord } from './lookups.ts'
import { isVersion, qualifiedArn, referenceOf } from './names.ts'
import { publishVersionEntry, useArchives, withdrawVersion } from './publish.ts'
import { aliases, type Configured, functions, versionKey, versions } from './records.ts'

export const publishVersion = async (
  input: Shape<PublishVersionRequest>,
  call: WriteCall,
): Promise<Configured> => {
  const { name } = referenceOf(input.FunctionName, undefined, call)
  const record = await functionRecord({ name, qualifier: undefined }, call)
  checkRevision(input.RevisionId, record)
  if (input.CodeSha256 !== undefined && input.CodeSha256 !== record.codeSha256) {
    throw invalidParameter(
      `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${record.codeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
    )
  }
  // AWS: nothing is published where nothing has changed since the last version. [API reference: PublishVersion]
  const published = await call.tx.list(versions, call, { prefix: `${name}/` })
  const last = published.at(-1)?.value
  if (last !== undefined && isSame(last, record)) return last
  const { nextVersion, tags: _, reservedConcurrency: __, ...frozen } = record
  const version = String(nextVersion)
  const { Description = record.document.Description } = input
  const made: Configured = {
    ...frozen,
    document: {
      ...frozen.document,
      ...(Description !== undefined && { Description }),
      Version: version,
    },
    revisionId: revisionOf(call, { name, version }),
  }
  await useArchives(made.document, `function/${name}/${version}`, true, call)
  await call.tx.put(versions, call, versionKey(name, version), made)
  await call.tx.put(functions, call, name, { ...record, nextVersion: nextVersion + 1 })
  await publishVersionEntry(made, version, call)
  return made
}

/** AWS answers the ARN with its version. */
export const describeVersion = (version: Configured): Shape<FunctionConfiguration> =>
  describeConfiguration(version)

const isSame = (left: Configured, right: Configured): boolean =>
  frozenText(left) === frozenText(right)

const frozenText = ({ document, reported, codeSha256, layerArns }: Configured): string => {
  const { Version: _, LastModified: __, Description: ___, ...what } = document
  return canonicalJson({ what, reported, codeSha256, layerArns })
}

export const listVersionsByFunction = async (
  input: Shape<ListVersionsByFunctionRequest>,
  call: ReadCall,
) => {
  const { name } = referenceOf(input.FunctionName, undefined, call)
  const latest = await functionRecord({ name, qualifier: undefined }, call)
  const published = await call.view.list(versions, call, { prefix: `${name}/` })
  const all: readonly Configured[] = [latest, ...published.map(({ value }) => value)]
  // $LATEST comes first, as version 0 would.
  const key = ({ document }: Configured): string => versionKey(name, document.Version ?? '0')
  const page = pageOf(all, key, pageOfMarker(input))
  return {
    Versions: page.items.map((item) => describeConfiguration(item, '$LATEST')),
    ...(page.token !== undefined && { NextMarker: page.token }),
  }
}

export const deleteVersion = async (
  name: string,
  version: string,
  call: WriteCall,
): Promise<void> => {
  if (version === '$LATEST') {
    throw invalidParameter('$LATEST version cannot be deleted without deleting the function.')
  }
  if (!isVersion(version)) {
    throw invalidParameter(
      `Deletion of aliases is not currently supported: delete the alias ${version} with DeleteAlias.`,
    )
  }
  const found = await call.tx.get(versions, call, versionKey(name, version))
  if (found === undefined) throw functionNotFound(qualifiedArn(call, name, version))
  const using = (await call.tx.list(aliases, call, { prefix: `${name}/` })).filter(
    ({ value }) =>
      value.FunctionVersion === version ||
      Object.hasOwn(value.AdditionalVersionWeights ?? {}, version),
  )
  if (using.length > 0) {
    const names = using.map(({ value }) => value.Name).join(', ')
    throw resourceConflict(
      `Unable to delete version because the following aliases reference it: [${names}]`,
    )
  }
  await useArchives(found.document, `function/${name}/${version}`, false, call)
  await call.tx.delete(versions, call, versionKey(name, version))
  await withdrawVersion(name, version, call)
}

// Where a function's or layer's code lies: a path of this machine, inline text, a CDK asset, or a bucket of this gateway.
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import type { JsonValue } from '#shared/json.ts'
import type { FunctionBuild, FunctionCode } from '#model/function.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import { ServiceError } from '#wire/errors.ts'
import type { Made, ResourceContext } from '../resource-type.ts'
import { packagedAt } from './packaged.ts'

/** An object of a bucket: whether it is there is found out when it is read. */
export interface ObjectCode {
  readonly kind: 'object'
  readonly S3Bucket: string
  readonly S3Key: string
  readonly S3ObjectVersion?: string
}

/** As the operations of Lambda take it. */
export const givenCode = (code: FunctionCode | ObjectCode): Readonly<Record<string, unknown>> => {
  if (code.kind !== 'object') return { local: code }
  const { kind: _, ...object } = code
  return object
}

/** Undefined where the code does not lie here; that has been reported, and only a record is made. */
export const functionCode = (context: ResourceContext): FunctionCode | ObjectCode | undefined => {
  const code = memberOf(context.properties, 'Code')
  const at = [...context.path, 'Code']
  const inline = memberOf(code, 'ZipFile')
  if (typeof inline === 'string') return { kind: 'inline', text: inline }
  if (memberOf(context.properties, 'PackageType') === 'Image' || memberOf(code, 'ImageUri')) {
    context.report(
      at,
      `${context.type} image`,
      'not run: functions from images are not provided; package it as a folder or a zip file',
      'refused',
    )
    return undefined
  }
  return codeOf(code, context, 'Code')
}

export const codeOf = (
  code: JsonValue | undefined,
  context: ResourceContext,
  property: string,
): FunctionCode | ObjectCode => {
  const at = [...context.path, property]
  const asset = memberOf(context.metadata, 'aws:asset:path')
  const given = typeof asset === 'string' ? asset : code
  if (typeof given === 'string' && !given.startsWith('s3://')) {
    return codeAt(path.resolve(context.folder, given), given, context, property)
  }
  const object = code === undefined ? undefined : objectOfCode(code)
  if (object === undefined) {
    return context.fail(
      at,
      `the function \`${context.logicalId}\` has no code`,
      'Give a path on this machine, a bucket and a key, or inline code',
    )
  }
  const packaged = packagedAt(object.S3Key, context)
  return packaged === undefined ? object : codeAt(packaged, object.S3Key, context, property)
}

/** Of `{S3Bucket, S3Key}`, of `{Bucket, Key}` or of `s3://bucket/key`. */
const objectOfCode = (code: JsonValue): ObjectCode | undefined => {
  const [, fromBucket, fromKey] =
    typeof code === 'string' ? (/^s3:\/\/([^/]+)\/(.+)$/.exec(code) ?? []) : []
  const member = (...names: readonly string[]): string | undefined => {
    const value = names.map((name) => memberOf(code, name)).find((one) => one !== undefined)
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
  }
  const S3Bucket = fromBucket ?? member('S3Bucket', 'Bucket')
  const S3Key = fromKey ?? member('S3Key', 'Key')
  const version = member('S3ObjectVersion', 'Version')
  if (S3Bucket === undefined || S3Key === undefined) return undefined
  return {
    kind: 'object',
    S3Bucket,
    S3Key,
    ...(version !== undefined && { S3ObjectVersion: version }),
  }
}

/** Runs what reads code; answers what there is to say where the object cannot be had. */
export const withObject = async (
  code: FunctionCode | ObjectCode,
  { isDry }: ResourceContext,
  work: () => Promise<unknown>,
): Promise<string | undefined> => {
  if (isDry && code.kind === 'object') return 'read from a bucket of this gateway when it is made'
  try {
    await work()
    return undefined
  } catch (error) {
    if (code.kind !== 'object' || !(error instanceof ServiceError)) throw error
    // AWS: the stack fails. Here what does not lie on this machine is told of, and the rest is made.
    if (!error.message.startsWith('Error occurred while GetObject.')) throw error
    return `not run: s3://${code.S3Bucket}/${code.S3Key}: ${error.message}`
  }
}

/** Says at every start what could not be had; it is asked for again at the next. */
export const reportMissing = ({ keys }: Pick<Made, 'keys'>, context: ResourceContext): void => {
  const missing = keys?.['missing']
  if (missing === undefined) return
  const property = context.type === 'AWS::Lambda::Function' ? 'Code' : 'Content'
  const honour = context.isDry ? undefined : 'refused'
  context.report([...context.path, property], `${context.type} code in S3`, missing, honour)
}

const codeAt = (
  absolute: string,
  given: string,
  context: ResourceContext,
  property: string,
): FunctionCode => {
  const at = [...context.path, property]
  if (!existsSync(absolute)) {
    return context.fail(
      at,
      `the code of \`${context.logicalId}\`, \`${given}\`, does not exist (looked in ${absolute})`,
      'Correct the path; it is relative to the template',
    )
  }
  if (statSync(absolute).isDirectory()) return { kind: 'directory', path: absolute }
  if (/\.(zip|jar)$/.test(absolute)) return { kind: 'zip', path: absolute }
  // AWS: `package` zips a single file; here its folder serves, which holds it under the same name.
  return { kind: 'directory', path: path.dirname(absolute) }
}

/** SAM's `Metadata: {BuildMethod: esbuild, BuildProperties: {…}}`. */
export const functionBuild = (context: ResourceContext): FunctionBuild | undefined => {
  const method = memberOf(context.metadata, 'BuildMethod')
  const given = objectOf(memberOf(context.metadata, 'BuildProperties')) ?? {}
  const at = ['Resources', context.logicalId, 'Metadata', 'BuildMethod']
  if (method === undefined) return undefined
  if (method !== 'esbuild') {
    context.report(at, `build method ${String(method)}`, 'not run: the code is used as it lies')
    return undefined
  }
  const known = new Set(['EntryPoints', 'External', 'Format', 'Target', 'Minify', 'Sourcemap'])
  for (const name of Object.keys(given)) {
    if (known.has(name)) continue
    const place = ['Resources', context.logicalId, 'Metadata', 'BuildProperties', name]
    context.report(place, `esbuild ${name}`, 'ignored: the bundle is made without it')
  }
  const format = given['Format']
  const target = given['Target']
  return {
    method: 'esbuild',
    entryPoints: texts(given['EntryPoints']),
    external: texts(given['External']),
    ...(format === 'cjs' || format === 'esm' ? { format } : {}),
    ...(typeof target === 'string' ? { target } : {}),
    ...(isTrue(given['Minify']) ? { minify: true } : {}),
    ...(isTrue(given['Sourcemap']) ? { sourcemap: true } : {}),
  }
}

const texts = (value: JsonValue | undefined): readonly string[] =>
  Array.isArray(value) ? value.map(String) : []

const isTrue = (value: JsonValue | undefined) => value === true || value === 'true'

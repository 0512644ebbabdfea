// Where a function's or layer's code lies: a path of this machine, inline text, or a CDK asset.
import { existsSync, statSync } from 'node:fs'
import path from 'node:path'
import { isObject, type JsonValue } from '#shared/json.ts'
import type { FunctionBuild, FunctionCode } from '#model/function.ts'
import { memberOf, objectOf } from '../../template/source.ts'
import type { ResourceContext } from '../resource-type.ts'
import { packagedAt } from './packaged.ts'

/** Undefined where the code does not lie here; that has been reported, and only a record is made. */
export const functionCode = (context: ResourceContext): FunctionCode | undefined => {
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
  return localCode(code, context, 'Code')
}

export const localCode = (
  code: JsonValue | undefined,
  context: ResourceContext,
  property: string,
): FunctionCode | undefined => {
  const at = [...context.path, property]
  const asset = memberOf(context.metadata, 'aws:asset:path')
  const given = typeof asset === 'string' ? asset : code
  if (typeof given === 'string' && !given.startsWith('s3://')) {
    return codeAt(path.resolve(context.folder, given), given, context, property)
  }
  if (code === undefined) {
    return context.fail(
      at,
      `the function \`${context.logicalId}\` has no code`,
      'Give a path on this machine, or inline code',
    )
  }
  const key = keyOf(code)
  const packaged = key === undefined ? undefined : packagedAt(key, context)
  if (key !== undefined && packaged !== undefined) return codeAt(packaged, key, context, property)
  const place = isObject(code)
    ? `${code['S3Bucket'] ?? code['Bucket']}/${code['S3Key'] ?? code['Key']}`
    : String(code)
  context.report(
    at,
    `${context.type} code in S3`,
    `not run: ${place} is not on this machine`,
    'refused',
  )
  return undefined
}

/** Of `{S3Bucket, S3Key}`, of `{Bucket, Key}` or of `s3://bucket/key`. */
const keyOf = (code: JsonValue): string | undefined => {
  const key = memberOf(code, 'S3Key') ?? memberOf(code, 'Key')
  if (typeof key === 'string') return key
  return typeof code === 'string' ? /^s3:\/\/[^/]+\/(.+)$/.exec(code)?.[1] : undefined
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

// What to deploy where nobody says: the template of a folder, what samconfig.toml adds to it, a CDK app's stacks, or an
// OpenAPI document.
import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { isObject } from '#shared/json.ts'
import type { GivenParameters } from './cloudformation/parameters.ts'
import { readSamConfig } from './samconfig.ts'
import { TemplateError } from './template/template-error.ts'

/** One stack to deploy. */
export interface FoundTemplate {
  readonly file: string
  readonly stackName?: string
  readonly region?: string
  readonly parameters: GivenParameters
  /** Values for parameters that nobody gives, where the template declares them. */
  readonly defaults?: GivenParameters
}

/** What `serverless package` writes, with the code beside it. */
const SERVERLESS = 'cloudformation-template-update-stack.json'
const TEMPLATES = ['template.yaml', 'template.yml', 'template.json']
const DEFINITIONS = ['openapi.yaml', 'openapi.yml', 'openapi.json', 'swagger.yaml', 'swagger.json']

/** What a file or folder holds; fails where it holds nothing that can be deployed. */
export const findTemplates = (given: string): readonly FoundTemplate[] => {
  if (!existsSync(given)) {
    throw new TemplateError({
      file: given,
      problem: 'there is no such file',
      mend: 'Correct the path',
    })
  }
  if (!statSync(given).isDirectory()) return fileTemplates(given)
  const config = configOf(given)
  if (config.template !== undefined && existsSync(path.resolve(given, config.template))) {
    return fileTemplates(path.resolve(given, config.template))
  }
  const template = firstOf(given, TEMPLATES)
  if (template !== undefined) return fileTemplates(template)
  const manifest = path.join(given, 'cdk.out', 'manifest.json')
  if (existsSync(manifest)) return cdkTemplates(manifest)
  if (existsSync(path.join(given, 'manifest.json')) && given.endsWith('cdk.out')) {
    return cdkTemplates(path.join(given, 'manifest.json'))
  }
  const packaged = [given, path.join(given, '.serverless')]
    .map((folder) => path.join(folder, SERVERLESS))
    .find((file) => existsSync(file))
  if (packaged !== undefined) return fileTemplates(packaged)
  const definition = firstOf(given, DEFINITIONS)
  if (definition !== undefined) return fileTemplates(definition)
  throw new TemplateError({
    file: given,
    problem: `there is no ${TEMPLATES[0]}, cdk.out or ${DEFINITIONS[0]} in this folder`,
    mend: 'Name a file, or go to the folder of your application',
  })
}

const firstOf = (folder: string, names: readonly string[]): string | undefined =>
  names.map((name) => path.join(folder, name)).find((file) => existsSync(file))

const fileTemplates = (file: string): readonly FoundTemplate[] => {
  if (path.basename(file) === 'manifest.json') return cdkTemplates(file)
  if (path.basename(file) === SERVERLESS)
    return [{ file, parameters: {}, ...serverlessStack(file) }]
  const { stackName, region, parameters } = configOf(path.dirname(file))
  return [
    {
      file,
      parameters,
      ...(stackName === undefined ? {} : { stackName }),
      ...(region === undefined ? {} : { region }),
    },
  ]
}

/** The stack's name: `{service}-{stage}`, from the state that lies beside the template; else that of the project. */
const serverlessStack = (file: string): { readonly stackName: string } => {
  const project = stackNameOf(path.dirname(path.dirname(path.resolve(file))))
  const state = path.join(path.dirname(file), 'serverless-state.json')
  if (!existsSync(state)) return { stackName: project }
  try {
    const value: unknown = JSON.parse(readFileSync(state, 'utf8'))
    const service = isObject(value) && isObject(value['service']) ? value['service'] : {}
    const provider = isObject(service['provider']) ? service['provider'] : {}
    const { stackName } = provider
    if (typeof stackName === 'string') return { stackName }
    const { service: name } = service
    return {
      stackName:
        typeof name === 'string' ? `${name}-${String(provider['stage'] ?? 'dev')}` : project,
    }
  } catch (error) {
    throw new TemplateError(
      { file: state, problem: 'this is not JSON', mend: 'Run `serverless package` again' },
      error,
    )
  }
}

const configOf = (folder: string) => {
  const file = path.join(folder, 'samconfig.toml')
  return existsSync(file) ? readSamConfig(readFileSync(file, 'utf8'), file) : { parameters: {} }
}

/** The stacks of a synthesised CDK app, those that others need first. */
const cdkTemplates = (manifest: string): readonly FoundTemplate[] => {
  const folder = path.dirname(manifest)
  const stacks = new Map<string, { found: FoundTemplate; needs: readonly string[] }>()
  for (const [name, artifact] of Object.entries(artifactsOf(manifest))) {
    if (!isObject(artifact) || artifact['type'] !== 'aws:cloudformation:stack') continue
    const properties = isObject(artifact['properties']) ? artifact['properties'] : {}
    const { templateFile, stackName = name } = properties
    const needs = Array.isArray(artifact['dependencies'])
      ? artifact['dependencies'].map(String)
      : []
    if (typeof templateFile !== 'string') continue
    const file = path.join(folder, templateFile)
    const found = { file, stackName: String(stackName), parameters: {}, defaults: CDK_PARAMETERS }
    stacks.set(name, { found, needs })
  }
  const order: FoundTemplate[] = []
  const visit = (name: string): void => {
    const stack = stacks.get(name)
    if (stack === undefined) return
    stacks.delete(name)
    for (const need of stack.needs) visit(need)
    order.push(stack.found)
  }
  for (const name of stacks.keys()) visit(name)
  return order
}

/** What `cdk bootstrap` leaves in a real account, so that the check in each template holds. */
const CDK_PARAMETERS: GivenParameters = { BootstrapVersion: '99' }

const artifactsOf = (manifest: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(readFileSync(manifest, 'utf8'))
    const artifacts = isObject(value) ? value['artifacts'] : undefined
    if (isObject(artifacts)) return artifacts
  } catch (error) {
    throw unreadableManifest(manifest, error)
  }
  throw unreadableManifest(manifest)
}

const unreadableManifest = (manifest: string, cause?: unknown) =>
  new TemplateError(
    {
      file: manifest,
      problem: 'this is no manifest of a CDK app',
      mend: 'Run `cdk synth` again',
    },
    cause,
  )

/** AWS: a stack's name begins with a letter and has letters, digits and hyphens. */
export const stackNameOf = (folder: string): string => {
  const name = path.basename(folder).replaceAll(/[^A-Za-z0-9-]+/g, '-')
  return /^[A-Za-z]/.test(name) ? name.slice(0, 128) : `stack-${name}`.slice(0, 128)
}

/** Two templates that are to be one stack would each remove what the other one made. */
export const refuseTwins = (
  templates: readonly FoundTemplate[],
  stackName: string | undefined,
): void => {
  const files = new Map<string, string>()
  for (const template of templates) {
    const name = stackName ?? template.stackName ?? stackNameOf(path.dirname(template.file))
    const other = files.get(name)
    if (other !== undefined && path.resolve(other) !== path.resolve(template.file)) {
      throw new TemplateError({
        file: template.file,
        problem: `this and ${other} are both the stack \`${name}\``,
        mend: 'Give one of them another name with stack_name in its samconfig.toml, or start them one by one with --stack-name',
      })
    }
    files.set(name, template.file)
  }
}

// Deploys a CloudFormation template as a diff against what the stack was: inside the transaction of the caller, so that
// a failure leaves the last good state and nothing half-created.
import type { JsonValue } from '#shared/json.ts'
import type { Scope } from '#model/scope.ts'
import type { Transaction } from '#store/store.ts'
import type { Report } from '../report.ts'
import type { Path } from '../template/path.ts'
import { failAt, objectOf, type TemplateSource } from '../template/source.ts'
import { TemplateError } from '../template/template-error.ts'
import { resolveDynamicReferences } from './dynamic-references.ts'
import type { Evaluation } from './evaluation.ts'
import type { GivenValues } from './given-values.ts'
import { CycleError, dependencyOrder } from './graph.ts'
import { checkExports, exportedValues, otherStacks, refuseRemovedExports } from './exports.ts'
import { evaluate } from './intrinsics.ts'
import { stackOutputs } from './outputs.ts'
import { pseudoParameters } from './parameters.ts'
import { resourcesNamedIn } from './references.ts'
import { removeResources } from './removal.ts'
import {
  type CallOperation,
  type NestedStacks,
  RECORD_ONLY,
  type StackResource,
} from './resource-type.ts'
import type { Outside } from './custom-resources/asking.ts'
import { createResources, removalOf, type ResourceChange } from './resources.ts'
import { inertAttribute } from './resource-types/inert-forms.ts'
import { resourceType } from './resource-types/index.ts'
import { conditionsOf, readResources, type ResourceDeclaration } from './sections.ts'
import { withoutSecrets, withSecrets } from './secret-attributes.ts'
import { type Stack, stacks } from './stacks.ts'

/** `always`: a REST API whose draft changed gets a new deployment. `as-aws`: only where the template changes it. */
export type Redeploy = 'always' | 'as-aws'

export interface StackDeployment {
  readonly name: string
  /** A CloudFormation template: transforms and loops are done. */
  readonly source: TemplateSource
  /** From a place in `source.value` to the place in the file. */
  readonly locate: (path: Path) => Path
  readonly folder: string
  readonly parameters: ReadonlyMap<string, JsonValue>
  readonly scope: Scope
  readonly tx: Transaction
  readonly call: CallOperation
  readonly redeploy: Redeploy
  readonly report: Report
  readonly nested: NestedStacks
  /** Where functions can be asked. */
  readonly outside?: Outside
  readonly isDry: boolean
  /** Values that lie in AWS otherwise. */
  readonly values: GivenValues
  /** Filled with what must not be shown. */
  readonly secrets: Set<string>
}

export interface DeployedStack {
  readonly stack: Stack
  readonly changes: readonly ResourceChange[]
  /** Local files whose content the stack was made from, the template aside. */
  readonly files: readonly string[]
}

export const deployStack = async (deployment: StackDeployment): Promise<DeployedStack> => {
  const { source, locate, name, scope, tx } = deployment
  const declared = readResources(source, locate)
  const resources = new Map<string, StackResource>()
  const others = await otherStacks(tx, scope, name)
  const imports = new Set<string>()
  const parameters = new Map([
    ...exportedValues(others),
    ...pseudoParameters(scope, name),
    ...deployment.parameters,
  ])
  const evaluation: Evaluation = {
    source,
    locate,
    parameters,
    mappings: objectMember(source, 'Mappings'),
    imports,
    values: deployment.values,
    secrets: deployment.secrets,
    condition: conditionsOf(source, () => evaluation),
    ...resourceLookups(declared, resources, deployment),
  }
  const active = new Map(
    [...declared].filter(
      ([id, { condition }]) =>
        condition === undefined || evaluation.condition(condition, ['Resources', id, 'Condition']),
    ),
  )
  const references = new Map(
    [...active].map(([id, resource]) => [id, referencesOf(resource, evaluation, declared)]),
  )
  const order = orderOf(active, references, deployment)
  const stackBefore = await tx.get(stacks, scope, name)
  const before = await withSecrets(
    stackBefore?.resources ?? {},
    deployment.call,
    deployment.secrets,
  )
  const made = await createResources({
    deployment,
    order: order.map((id) => active.get(id) as ResourceDeclaration), // The order is of active ids.
    references,
    before,
    resources,
    evaluateProperties: ({ logicalId, type, properties }) => {
      const path = ['Resources', logicalId, 'Properties']
      const value = evaluate(properties, evaluation, path) ?? {}
      // Of what is a record only, no property is read: nobody has to look up a database's password for it.
      return resourceType(type).inert ? value : resolveDynamicReferences(value, evaluation, path)
    },
  })
  const outputs = stackOutputs(source, evaluation)
  const stack: Stack = {
    name,
    resources: Object.fromEntries(
      [...resources].map(([id, resource]) => [id, withoutSecrets(resource)]),
    ),
    outputs,
    imports: [...imports],
  }
  checkExports(stack, others, source)
  refuseRemovedExports(stackBefore, stack, others, (problem, mend) =>
    failAt(source, ['Outputs'], problem, mend),
  )
  await tx.put(stacks, scope, name, stack)
  return { stack, ...made }
}

/** Removes everything that a stack made. */
export const deleteStack = async (
  deployment: Pick<StackDeployment, 'name' | 'scope' | 'tx' | 'call' | 'nested' | 'outside'>,
): Promise<void> => {
  const stack = await deployment.tx.get(stacks, deployment.scope, deployment.name)
  if (stack === undefined) return
  const others = await otherStacks(deployment.tx, deployment.scope, deployment.name)
  refuseRemovedExports(stack, undefined, others, (problem, mend) => {
    throw new TemplateError({ file: stack.name, problem, mend })
  })
  const existing = new Map(Object.entries(stack.resources))
  await removeResources(existing, [...existing.keys()].toReversed(), removalOf(deployment))
  await deployment.tx.delete(stacks, deployment.scope, deployment.name)
}

const objectMember = (source: TemplateSource, section: string) => {
  const value = objectOf(source.value[section] ?? {})
  if (value !== undefined) return value
  return failAt(source, [section], `${section} must be a map`, 'Give `Name: value`')
}

const resourceLookups = (
  declared: ReadonlyMap<string, ResourceDeclaration>,
  resources: ReadonlyMap<string, StackResource>,
  { source, locate }: StackDeployment,
): Pick<Evaluation, 'ref' | 'attribute'> => {
  const made = (logicalId: string, path: Path): StackResource | undefined => {
    const resource = resources.get(logicalId)
    const declaration = declared.get(logicalId)
    if (resource !== undefined || declaration === undefined) return resource
    return failAt(
      source,
      locate(path),
      `\`${logicalId}\` exists only if the condition \`${declaration.condition}\` holds`,
      'Wrap the reference in Fn::If with the same condition',
    )
  }
  return {
    ref: (logicalId, path) => made(logicalId, path)?.physicalId,
    attribute: (logicalId, attribute, path) => {
      const resource = made(logicalId, path)
      if (resource === undefined) {
        return failAt(
          source,
          locate(path),
          `there is no resource \`${logicalId}\``,
          'Declare it under Resources, or correct the name',
        )
      }
      if (Object.hasOwn(resource.attributes, attribute)) {
        return resource.attributes[attribute] ?? null
      }
      const plausible = isRecord(resource) ? inertAttribute(resource, attribute) : undefined
      const known = Object.keys(resource.attributes).join(', ')
      return (
        plausible ??
        failAt(
          source,
          locate(path),
          `\`${logicalId}\` (${resource.type}) has no attribute \`${attribute}\``,
          known === '' ? 'Use Ref' : `Use one of ${known}`,
        )
      )
    },
  }
}

const isRecord = ({ type, keys }: StackResource): boolean =>
  resourceType(type).inert === true || keys['record'] === RECORD_ONLY['record']

const referencesOf = (
  { logicalId, properties }: ResourceDeclaration,
  evaluation: Evaluation,
  declared: ReadonlyMap<string, ResourceDeclaration>,
): ReadonlySet<string> =>
  resourcesNamedIn(properties, evaluation, (id) => declared.has(id), [
    'Resources',
    logicalId,
    'Properties',
  ])

const orderOf = (
  active: ReadonlyMap<string, ResourceDeclaration>,
  references: ReadonlyMap<string, ReadonlySet<string>>,
  { source, locate }: StackDeployment,
): readonly string[] => {
  const dependencies = new Map(
    [...active].map(([id, { dependsOn }]) => [
      id,
      new Set([...(references.get(id) ?? []), ...dependsOn].filter((name) => active.has(name))),
    ]),
  )
  try {
    return dependencyOrder(dependencies, (id) => {
      const { isSnapshot, comesLast } = resourceType(active.get(id)?.type ?? '')
      return comesLast === true ? 2 : isSnapshot === true ? 1 : 0
    })
  } catch (error) {
    if (!(error instanceof CycleError)) throw error
    const [first = ''] = error.cycle
    return failAt(
      source,
      locate(['Resources', first]),
      `resources depend on each other in a cycle: ${error.cycle.join(' → ')}`,
      'Break the cycle: remove one of the references or DependsOn',
      error,
    )
  }
}

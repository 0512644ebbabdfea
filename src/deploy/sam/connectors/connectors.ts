// All connectors of a template: those that stand for themselves and those that resources carry.
import { isObject, type JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import type { SamContext, SamResource } from '../context.ts'
import { draftOf } from '../draft.ts'
import { checkResource } from '../resource-schema.ts'
import { transformConnector } from './connector.ts'
import { replaceDependencies } from './dependencies.ts'

const TYPE = 'AWS::Serverless::Connector'

/** After everything else: connectors look at what was made. */
export const transformConnectors = (context: SamContext): void => {
  const made = new Map<string, readonly string[]>()
  const own = [...context.resources.values()].filter(({ type }) => type === TYPE)
  for (const connector of [...own, ...carriedConnectors(context)]) {
    if (isCarried(connector) || checkResource(context, connector)) {
      made.set(connector.logicalId, transformConnector(context, connector))
    }
  }
  replaceDependencies(context, made)
}

const isCarried = ({ properties }: SamResource) => properties['SourceReference'] !== undefined

/** Takes the Connectors attribute off every resource. */
const carriedConnectors = (context: SamContext): readonly SamResource[] => {
  const carried: SamResource[] = []
  for (const [logicalId, value] of Object.entries(context.made)) {
    const resource = objectOf(value)
    if (resource === undefined || !Object.hasOwn(resource, 'Connectors')) continue
    const { Connectors: connectors, ...rest } = resource
    context.made[logicalId] = rest
    const refuse = (id: string, problem: string) =>
      context.errors.push({ logicalId: id, path: ['Resources', logicalId, 'Connectors'], problem })
    if (!isObject(connectors)) {
      refuse(logicalId, '`Connectors` should be a map')
      continue
    }
    for (const [name, connector] of Object.entries(objectOf(connectors) ?? {})) {
      const found = carriedConnector(context, logicalId, name, connector)
      if (typeof found === 'string') {
        refuse(isObject(connector) ? logicalId : `${logicalId}${name}`, found)
      } else carried.push(found)
    }
  }
  return carried
}

const carriedConnector = (
  context: SamContext,
  logicalId: string,
  name: string,
  connector: JsonValue,
): SamResource | string => {
  const { Properties: properties, ...attributes } = objectOf(connector) ?? {}
  if (!isObject(properties)) return `\`Connectors.${name}.Properties\` should be a map`
  const reference = properties['SourceReference']
  if (reference !== undefined && !isObject(reference)) {
    return `\`Connectors.${name}.Properties.SourceReference\` should be a map`
  }
  const id = `${logicalId}${name}`
  if (context.made[id] !== undefined || context.resources.has(id)) {
    const problem = `makes \`${id}\`, which the template has already`
    context.errors.push({ logicalId, path: ['Resources', logicalId, 'Connectors', name], problem })
  }
  return {
    logicalId: id,
    type: TYPE,
    properties: {
      SourceReference: {},
      ...draftOf(objectOf(properties) ?? {}),
      Source: { Id: logicalId },
    },
    attributes,
  }
}

// The YAML short forms of the intrinsic functions. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
import type { JsonValue } from '#shared/json.ts'

const FUNCTIONS = new Set(
  (
    'And Base64 Cidr Contains EachMemberEquals EachMemberIn Equals FindInMap GetAtt GetAZs If ImportValue ' +
    'Join Length Not Or RefAll Select Split Sub ToJsonString Transform ValueOf ValueOfAll'
  ).split(' '),
)

/** `!Sub text` → `{ "Fn::Sub": "text" }`; undefined where the tag is no intrinsic function. */
export const intrinsicOfTag = (tag: string, value: JsonValue): JsonValue | undefined => {
  const name = tag.replace(/^!/, '')
  if (name === 'Ref' || name === 'Condition') return { [name]: value }
  if (!FUNCTIONS.has(name)) return undefined
  if (name === 'GetAtt' && typeof value === 'string') {
    const dot = value.indexOf('.')
    const parts = dot < 0 ? [value] : [value.slice(0, dot), value.slice(dot + 1)]
    return { 'Fn::GetAtt': parts }
  }
  return { [`Fn::${name}`]: value }
}

/** YAML's own tags: `!!str 5`, `!!int "5"`. */
export const scalarOfTag = (
  tag: string,
  value: JsonValue,
  source: string,
): JsonValue | undefined => {
  switch (tag.replace(/^tag:yaml\.org,2002:/, '')) {
    case 'str':
      return typeof value === 'string' ? value : source
    case 'int':
    case 'float':
      return Number(value)
    case 'bool':
    case 'null':
    case 'map':
    case 'seq':
      return value
    default:
      return undefined
  }
}

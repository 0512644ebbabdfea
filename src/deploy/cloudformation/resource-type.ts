// What a CloudFormation resource type is to a stack: properties in, operations out.
// A type without `update` is deleted and made again under the same identifiers, and so is everything that names it.
import type { IdSource } from '#shared/ids.ts'
import type { JsonValue } from '#shared/json.ts'
import type { Scope } from '#model/scope.ts'
import type { Path } from '../template/path.ts'
import type { Asking } from './custom-resources/asking.ts'
import type { Input, PropertyAudience, Shape } from './properties.ts'
import type { StackOutput } from './stacks.ts'

export type ServiceName =
  | 'apigateway'
  | 'apigatewayv2'
  | 'cognito-identity'
  | 'cognito-idp'
  | 'dynamodb'
  | 'iam'
  | 'lambda'
  | 'logs'
  | 's3'
  | 'events'
  | 'scheduler'
  | 'sns'
  | 'sqs'

/** Calls an operation of a management API inside the transaction of the deployment. */
export type CallOperation = (
  service: ServiceName,
  operation: string,
  input: Input,
  ids: IdSource,
) => Promise<Readonly<Record<string, unknown>>>

/** A resource of a stack as it is remembered. */
export interface StackResource {
  readonly type: string
  /** What `Ref` gives. */
  readonly physicalId: string
  readonly attributes: Readonly<Record<string, JsonValue>>
  /** What the type needs to update or delete it, for instance `restApiId`. */
  readonly keys: Readonly<Record<string, string>>
  /** Of the evaluated properties; the properties themselves may hold secrets. */
  readonly hash: string
  /** Logical ids that it names. */
  readonly dependsOn: readonly string[]
  readonly retain: boolean
}

export type Made = Pick<StackResource, 'physicalId'> &
  Partial<Pick<StackResource, 'attributes' | 'keys'>>

export type Existing = Pick<StackResource, 'physicalId' | 'attributes' | 'keys'>

/** Stacks inside a stack, in the same deployment. */
export interface NestedStacks {
  deploy(nested: {
    readonly name: string
    /** The template, an absolute path. */
    readonly file: string
    readonly logicalId: string
    /** The properties of the resource, for what is wrong with it. */
    readonly path: Path
    readonly parameters: Readonly<Record<string, string>>
  }): Promise<{
    readonly stackId: string
    readonly outputs: Readonly<Record<string, StackOutput>>
  }>
  remove(name: string): Promise<void>
}

/** The keys of a resource that only a record is made of: `Fn::GetAtt` gives what reads like an attribute. */
export const RECORD_ONLY: Existing['keys'] = { record: 'plausible' }

/** What a type may draw on while it makes a resource. */
export interface ResourceContext extends PropertyAudience {
  readonly stackName: string
  readonly logicalId: string
  readonly type: string
  readonly scope: Scope
  /** `Resources.{logicalId}.Properties` */
  readonly path: Path
  /** The properties as they are in the template, evaluated. */
  readonly properties: JsonValue
  readonly metadata: JsonValue
  /** Identifiers derived from stack name and logical id. */
  readonly ids: IdSource
  /** The folder that local paths are relative to. */
  readonly folder: string
  readonly call: (
    service: ServiceName,
    operation: string,
    input: Input,
  ) => Promise<Readonly<Record<string, unknown>>>
  /** The resource of this stack, made already, whose `Ref` gives this. */
  readonly made: (physicalId: string) => StackResource | undefined
  /** Remembers a local file whose content counts. */
  readonly uses: (file: string) => void
  /** For custom resources; absent where no function can be asked. */
  readonly asking?: Asking
  /** Nothing is to be made: a template is being checked. */
  readonly isDry: boolean
  /** Has a resource that another one took the place of deleted once everything else has succeeded. */
  readonly supersede: (existing: Existing) => void
  readonly nested: NestedStacks
}

/** What a type may draw on while it deletes a resource. */
export type RemovalContext = Pick<ResourceContext, 'call' | 'asking' | 'nested'>

export interface ResourceType {
  /** Absent: no property is looked at. */
  readonly properties?: Shape
  create(input: Input, context: ResourceContext): Promise<Made>
  /** Undefined: it has to be made anew. */
  update?(input: Input, existing: Existing, context: ResourceContext): Promise<Made | undefined>
  delete(existing: Existing, context: RemovalContext): Promise<void>
  /** Says at every start what of the resource is not honoured as a whole. */
  report?(context: ResourceContext): void
  /** Says at every start what came up when the resource was made. */
  reportMade?(made: Pick<Made, 'keys'>, context: ResourceContext): void
  /** Something it needs was not there: it is made anew at every start, until it is. */
  isIncomplete?(existing: Existing): boolean
  /** Content outside the template that a change of the resource depends on. */
  fingerprint?(context: ResourceContext): string
  /** A REST API's snapshot: in `redeploy: 'always'` it is made again whenever the draft of its API changed. */
  readonly isSnapshot?: true
  /** It is made by asking a function: deleted last, and never because something that it names is made again. */
  readonly asksOutside?: true
  /** A stack of its own: looked at in every deployment, for its template may have changed. */
  readonly isNested?: true
  /** Made as late as its references allow. */
  readonly comesLast?: true
  /** In which way it does less than on AWS, where it does something: for `daemun check`. */
  readonly approximates?: string
  /** Attributes that no record of a stack may have, and where they are read again; none where it has none. */
  readonly secrets?: {
    readonly names: readonly string[]
    read(
      existing: Existing,
      context: Pick<ResourceContext, 'call'>,
    ): Promise<Readonly<Record<string, JsonValue>>>
  }
  /** What this type is to an operator who gets only a record of it. */
  readonly inert?: true
}

/** The member of an operation's output, as text. */
export const textMember = (output: Readonly<Record<string, unknown>>, name: string): string =>
  String(output[name])

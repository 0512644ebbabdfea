// SdkType: the languages that API Gateway makes clients in, and what each asks for. Here only JavaScript is made.
// https://docs.aws.amazon.com/apigateway/latest/api/API_SdkType.html
import type { GetSdkTypeRequest, GetSdkTypesRequest } from '@aws-sdk/client-api-gateway'
import type { ReadCall } from '#store/transactional.ts'
import { notFound } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { required } from '../../constraints.ts'

export interface SdkConfigurationProperty {
  readonly name: string
  readonly friendlyName: string
  readonly description: string
  readonly required: boolean
  readonly defaultValue?: string
}

export interface SdkType {
  readonly id: string
  readonly friendlyName: string
  readonly description: string
  readonly configurationProperties: readonly SdkConfigurationProperty[]
}

export const getSdkTypes = async (
  _input: Shape<GetSdkTypesRequest>,
  _call: ReadCall,
): Promise<{ readonly items: readonly SdkType[] }> => ({ items: SDK_TYPES })

export const getSdkType = async (
  input: Shape<GetSdkTypeRequest>,
  _call: ReadCall,
): Promise<SdkType> => sdkTypeOf(required(input.id, 'id'))

export const sdkTypeOf = (id: string): SdkType => {
  const type = SDK_TYPES.find((each) => each.id === id)
  if (type === undefined) throw notFound(`Invalid SDK type specified: ${id}`)
  return type
}

const property = (
  name: string,
  friendlyName: string,
  description: string,
  isRequired = true,
): SdkConfigurationProperty => ({ name, friendlyName, description, required: isRequired })

const CLASS_PREFIX = property('classPrefix', 'Prefix', 'The prefix of the generated class names')

const SDK_TYPES: readonly SdkType[] = [
  {
    id: 'android',
    friendlyName: 'Android',
    description: 'Android SDK',
    configurationProperties: [
      property('groupId', 'Group ID', 'The group of the generated artifact'),
      property('artifactId', 'Artifact ID', 'The name of the generated artifact'),
      property('artifactVersion', 'Artifact version', 'The version of the generated artifact'),
      property('invokerPackage', 'Invoker package', 'The package of the generated classes'),
    ],
  },
  {
    id: 'java',
    friendlyName: 'Java SDK',
    description: 'Java SDK',
    configurationProperties: [
      property('serviceName', 'Service Name', 'The name of the generated client'),
      property('javaPackageName', 'Java Package Name', 'The package of the generated classes'),
      property('javaBuildSystem', 'Java Build System', 'gradle or maven', false),
      property('javaGroupId', 'Java Group ID', 'The group of the generated artifact', false),
      property('javaArtifactId', 'Java Artifact ID', 'The name of the artifact', false),
      property('javaArtifactVersion', 'Java Artifact Version', 'Its version', false),
    ],
  },
  {
    id: 'javascript',
    friendlyName: 'JavaScript',
    description: 'JavaScript SDK',
    configurationProperties: [],
  },
  {
    id: 'objectivec',
    friendlyName: 'iOS (Objective-C)',
    description: 'iOS SDK in Objective-C',
    configurationProperties: [CLASS_PREFIX],
  },
  {
    id: 'ruby',
    friendlyName: 'Ruby SDK',
    description: 'Ruby SDK',
    configurationProperties: [
      property('service.name', 'Service Name', 'The name of the generated module'),
      property('ruby.gem-name', 'Ruby Gem Name', 'The name of the generated gem', false),
      property('ruby.gem-version', 'Ruby Gem Version', 'The version of the gem', false),
    ],
  },
  {
    id: 'swift',
    friendlyName: 'iOS (Swift)',
    description: 'iOS SDK in Swift',
    configurationProperties: [CLASS_PREFIX],
  },
]

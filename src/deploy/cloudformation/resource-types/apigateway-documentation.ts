// What describes an API or stands beside it: DocumentationPart, DocumentationVersion, ClientCertificate.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-documentationpart.html
import { jsonText, structure, tags, text } from '../properties.ts'
import { type ResourceType, textMember } from '../resource-type.ts'

export const documentationPart: ResourceType = {
  properties: {
    Location: structure({ Method: text, Name: text, Path: text, StatusCode: text, Type: text }),
    Properties: jsonText,
    RestApiId: text,
  },
  create: async (input, { call }) => {
    const created = await call('apigateway', 'CreateDocumentationPart', input)
    const id = textMember(created, 'id')
    const keys = { restApiId: textMember(input, 'restApiId'), documentationPartId: id }
    return { physicalId: id, attributes: { DocumentationPartId: id }, keys }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigateway', 'DeleteDocumentationPart', keys)
  },
}

export const documentationVersion: ResourceType = {
  properties: { Description: text, DocumentationVersion: text, RestApiId: text },
  create: async (input, { call }) => {
    await call('apigateway', 'CreateDocumentationVersion', input)
    const keys = {
      restApiId: textMember(input, 'restApiId'),
      documentationVersion: textMember(input, 'documentationVersion'),
    }
    return { physicalId: keys.documentationVersion, keys }
  },
  delete: async ({ keys }, { call }) => {
    await call('apigateway', 'DeleteDocumentationVersion', keys)
  },
}

export const clientCertificate: ResourceType = {
  properties: { Description: text, Tags: tags },
  create: async (input, { call }) => {
    const created = await call('apigateway', 'GenerateClientCertificate', input)
    const id = textMember(created, 'clientCertificateId')
    return { physicalId: id, attributes: { ClientCertificateId: id } }
  },
  delete: async ({ physicalId }, { call }) => {
    await call('apigateway', 'DeleteClientCertificate', { clientCertificateId: physicalId })
  },
}

// GetSdk: a client of what a stage serves, zipped. https://docs.aws.amazon.com/apigateway/latest/api/API_GetSdk.html
import type { GetSdkRequest } from '@aws-sdk/client-api-gateway'
import { GLOBAL_SCOPE, URL_SUFFIX } from '#model/scope.ts'
import { present } from '#shared/assert.ts'
import { documents } from '#store/collections.ts'
import type { ReadCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { deploymentOf, restApiOf, stageOf } from '../lookups.ts'
import { required } from '../../constraints.ts'
import { clientMethodsOf, clientText, readmeText } from './javascript-client.ts'
import { sdkTypeOf } from './sdk-types.ts'
import { zipOf } from './zip.ts'

export interface SdkAnswer {
  readonly contentType: string
  readonly contentDisposition: string
  readonly body: Uint8Array
}

export const getSdk = async (input: Shape<GetSdkRequest>, call: ReadCall): Promise<SdkAnswer> => {
  const api = await restApiOf(call, required(input.restApiId, 'getSdkInput.restApiId'))
  const stageName = required(input.stageName, 'getSdkInput.stageName')
  const stage = await stageOf(call, api.id, stageName)
  const type = sdkTypeOf(required(input.sdkType, 'getSdkInput.sdkType'))
  if (type.id !== 'javascript') {
    throw badRequest(
      `SDKs in ${type.friendlyName} are not made here: only javascript is. GetExport gives the OpenAPI definition that other generators take.`,
    )
  }
  const { documentHash } = await deploymentOf(call, api.id, stage.deploymentId)
  const document = await call.view.get(documents, GLOBAL_SCOPE, documentHash)
  const deployed = present(document, `document of a stage of ${api.id}`)
  if (deployed.protocol !== 'REST') throw badRequest('SDKs are made of REST APIs only')
  const methods = clientMethodsOf(deployed)
  const url = `https://${api.id}.execute-api.${call.region}.${URL_SUFFIX}/${stageName}`
  return {
    contentType: 'application/octet-stream',
    contentDisposition: `attachment; filename="javascript_${api.id}_${stageName}.zip"`,
    body: zipOf([
      {
        path: 'apiGateway-js-sdk/apigClient.js',
        text: clientText(url, call.region, methods),
      },
      { path: 'apiGateway-js-sdk/README.md', text: readmeText(api.name, methods) },
    ]),
  }
}

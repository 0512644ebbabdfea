// How the parts of a GraphQL API name the API that they belong to.
import type { JsonObject } from '#shared/json.ts'
import type { SamResource } from '../context.ts'

export const apiReference = ({ logicalId }: SamResource): JsonObject => ({
  ApiId: { 'Fn::GetAtt': [logicalId, 'ApiId'] },
})

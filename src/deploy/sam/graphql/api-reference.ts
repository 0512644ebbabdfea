import type { JsonObject } from '#shared/json.ts'
import type { SamResource } from '../context.ts'

/** How the parts of a GraphQL API name it. */
export const apiReference = ({ logicalId }: SamResource): JsonObject => ({
  ApiId: { 'Fn::GetAtt': [logicalId, 'ApiId'] },
})

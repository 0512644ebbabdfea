// The role with which EventBridge or API Gateway starts a state machine.
import type { JsonObject, JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { tagList } from '../draft.ts'
import { addOfEvent, type SamEvent } from './event.ts'

export const addInvokerRole = (event: SamEvent, service: string): JsonValue => {
  const id = `${event.id}Role`
  addOfEvent(event, id, 'AWS::IAM::Role', {
    AssumeRolePolicyDocument: assumedBy(service),
    Policies: [
      {
        PolicyName: `${id}StartExecutionPolicy`,
        PolicyDocument: {
          Statement: [{ Action: 'states:StartExecution', Effect: 'Allow', Resource: event.arn }],
        },
      },
    ],
    ...propagatedTags(event),
  })
  return { 'Fn::GetAtt': [id, 'Arn'] }
}

export const assumedBy = (service: string): JsonObject => ({
  Version: '2012-10-17',
  Statement: [{ Action: ['sts:AssumeRole'], Effect: 'Allow', Principal: { Service: [service] } }],
})

/** With PropagateTags, what an event makes has the tags of its resource. */
export const propagatedTags = ({ resource }: SamEvent): JsonObject => {
  const tags = objectOf(resource.properties['Tags'])
  if (tags === undefined || resource.properties['PropagateTags'] !== true) return {}
  return { Tags: tagList(tags) }
}

// Cognito: triggers of a user pool, which has to be in the same template.
import { isObject, type JsonValue } from '#shared/json.ts'
import { objectOf } from '../../template/source.ts'
import { referenceName } from '../context.ts'
import { draftOf } from '../draft.ts'
import { addInvokePermission, failEvent, failNamed, type SamEvent } from './event.ts'

export const addCognito = (event: SamEvent): void => {
  const { context, properties } = event
  const poolId = referenceName(properties['UserPool'])
  const pool = objectOf(context.made[poolId ?? ''])
  const triggers = properties['Trigger']
  if (typeof triggers !== 'string' && !Array.isArray(triggers)) {
    failNamed(event, ['Trigger'], "the type of property 'Trigger' is invalid")
    return
  }
  if (poolId === undefined || pool?.['Type'] !== 'AWS::Cognito::UserPool') {
    failEvent(event, ['UserPool'], 'Cognito events must reference a user pool of the same template')
    return
  }
  addInvokePermission(
    event,
    'cognito-idp.amazonaws.com',
    { SourceArn: { 'Fn::GetAtt': [poolId, 'Arn'] } },
    'CognitoPermission',
  )
  const own = isObject(pool['Properties']) ? draftOf(pool['Properties']) : {}
  const config = draftOf(own['LambdaConfig'])
  const names: readonly JsonValue[] = Array.isArray(triggers) ? triggers : [triggers]
  for (const name of names) config[String(name)] = event.arn
  context.made[poolId] = { ...pool, Properties: { ...own, LambdaConfig: config } }
}

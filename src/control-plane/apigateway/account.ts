// Account: the limits and the logging role of an account in a region.
// https://docs.aws.amazon.com/apigateway/latest/api/API_GetAccount.html
import type { GetAccountRequest, UpdateAccountRequest } from '@aws-sdk/client-api-gateway'
import type { Account, ThrottleSettings } from '#model/apigateway/usage-plan.ts'
import { accounts } from '#store/collections.ts'
import type { ReadCall, WriteCall } from '#store/transactional.ts'
import { badRequest } from '#wire/errors.ts'
import type { Shape } from '#wire/operation.ts'
import { applyPatch, type PatchTable } from '../patch-operations.ts'
import { listMember, text } from '../patch-rules.ts'

export type AccountAnswer = Account & {
  readonly throttleSettings: ThrottleSettings
  readonly apiKeyVersion: string
}

const KEY = 'account'
const NEW_ACCOUNT: Account = { features: ['UsagePlans'] }

export const getAccount = async (
  _input: Shape<GetAccountRequest>,
  call: ReadCall,
): Promise<AccountAnswer> => answer((await call.view.get(accounts, call, KEY)) ?? NEW_ACCOUNT)

export const updateAccount = async (
  input: Shape<UpdateAccountRequest>,
  call: WriteCall,
): Promise<AccountAnswer> => {
  const before = (await call.view.get(accounts, call, KEY)) ?? NEW_ACCOUNT
  const account = applyPatch(ACCOUNT_PATCH, before, input.patchOperations)
  if (!account.features.includes('UsagePlans')) {
    throw badRequest('Usage Plans cannot be disabled once enabled')
  }
  await call.tx.put(accounts, call, KEY, account)
  return answer(account)
}

const ACCOUNT_PATCH: PatchTable = {
  input: 'updateAccountInput',
  refusal: 'listed',
  rules: [
    text('cloudwatchRoleArn'),
    listMember('features', { path: '/features', keepEmpty: true }),
  ],
}

// The account's throttle is a quota of AWS, not a setting. [behaviour.md 17]
const answer = (account: Account): AccountAnswer => ({
  ...account,
  throttleSettings: { burstLimit: 5000, rateLimit: 10_000 },
  apiKeyVersion: '4',
})

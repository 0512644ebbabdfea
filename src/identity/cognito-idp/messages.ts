// What users are told outside of the API: codes and invitations, in the pool's words or in those of a CustomMessage
// function. Nothing is sent from here: messages go to the mailbox, where whoever runs the gateway reads them.
import type {
  LambdaTriggers,
  MessageTemplate,
  PoolUser,
  UserPool,
  VerifiedAttribute,
} from '#model/user-pool.ts'
import { makeCode } from './codes.ts'
import { codeDeliveryFailure } from './errors.ts'
import type { UserPoolParts } from './parts.ts'
import type { SignIn } from './sign-in.ts'
import { runTrigger } from './triggers.ts'

export interface CodeDeliveryDetails {
  readonly AttributeName: VerifiedAttribute
  readonly DeliveryMedium: 'EMAIL' | 'SMS'
  readonly Destination: string
}

export type MessageSource =
  | 'CustomMessage_SignUp'
  | 'CustomMessage_AdminCreateUser'
  | 'CustomMessage_ResendCode'
  | 'CustomMessage_ForgotPassword'
  | 'CustomMessage_UpdateUserAttribute'
  | 'CustomMessage_VerifyUserAttribute'
  | 'CustomMessage_Authentication'

interface Sending {
  readonly parts: UserPoolParts
  readonly pool: UserPool
  readonly client?: { readonly ClientId: string } | undefined
  readonly user: PoolUser
  readonly source: MessageSource
  readonly attribute: VerifiedAttribute
  /** Absent: the attribute's value. */
  readonly destination?: string | undefined
  readonly code: string
  readonly nowMs: number
  readonly clientMetadata?: Readonly<Record<string, string>> | undefined
}

const CODE = '{####}'
const NAME = '{username}'

export const sendMessage = async (sending: Sending): Promise<CodeDeliveryDetails> => {
  const { parts, pool, user, attribute, code, nowMs } = sending
  const destination = sending.destination ?? user.Attributes[attribute]
  if (destination === undefined)
    throw codeDeliveryFailure(
      'The user has neither an email address nor a phone number to write to.',
    )
  const words = await wordsOf(sending)
  const isEmail = attribute === 'email'
  const medium = isEmail ? 'EMAIL' : 'SMS'
  const filled = (text: string) => text.replaceAll(CODE, code).replaceAll(NAME, nameShown(sending))
  const text = isEmail ? words.EmailMessage : words.SMSMessage
  parts.deliver({
    at: new Date(nowMs).toISOString(),
    userPoolId: pool.Id,
    username: user.Username,
    medium,
    destination,
    ...(isEmail && words.EmailSubject !== undefined && { subject: filled(words.EmailSubject) }),
    message: filled(text ?? CODE),
    code,
  })
  return {
    AttributeName: attribute,
    DeliveryMedium: medium,
    Destination: masked(attribute, destination),
  }
}

/** Who has an address for a name is told that, not the name inside. */
const nameShown = ({ pool, user, attribute }: Sending): string =>
  pool.settings.UsernameAttributes === undefined
    ? user.Username
    : (user.Attributes[attribute] ?? user.Username)

const wordsOf = async (sending: Sending): Promise<MessageTemplate> => {
  const { parts, pool, client, user, source, clientMetadata } = sending
  const { InviteMessages, VerificationMessages, SmsAuthenticationMessage } = pool.settings
  const isInvitation = source === 'CustomMessage_AdminCreateUser'
  const own = isInvitation
    ? InviteMessages
    : source === 'CustomMessage_Authentication'
      ? { SMSMessage: SmsAuthenticationMessage ?? 'Your authentication code is {####}' }
      : VerificationMessages
  const trigger: keyof LambdaTriggers = 'CustomMessage'
  const response = await runTrigger(parts, {
    pool,
    client,
    user,
    trigger,
    source,
    request: {
      userAttributes: { ...user.Attributes, 'cognito:user_status': user.UserStatus },
      codeParameter: CODE,
      usernameParameter: isInvitation ? NAME : null,
      linkParameter: '{##Click Here##}',
      ...(clientMetadata !== undefined && { clientMetadata }),
    },
    response: { smsMessage: null, emailMessage: null, emailSubject: null },
  })
  const { smsMessage, emailMessage, emailSubject } = response
  // AWS: words without the code are not sent; the pool's own are. [guide: user-pool-lambda-custom-message]
  const isUsable = (text: unknown): text is string =>
    typeof text === 'string' && text.includes(CODE)
  return {
    ...own,
    ...(isUsable(smsMessage) && { SMSMessage: smsMessage }),
    ...(isUsable(emailMessage) && { EmailMessage: emailMessage }),
    ...(typeof emailSubject === 'string' && { EmailSubject: emailSubject }),
  }
}

export const masked = (attribute: VerifiedAttribute, value: string): string =>
  attribute === 'email' ? maskedEmail(value) : maskedPhone(value)

/** `a***@e***` */
export const maskedEmail = (email: string): string => {
  const at = email.lastIndexOf('@')
  return `${email.slice(0, 1)}***@${email.slice(at + 1, at + 2)}***`
}

/** `+*******1234` */
export const maskedPhone = (phone: string): string =>
  `+${'*'.repeat(Math.max(0, phone.length - 5))}${phone.slice(-4)}`

export const sendMfaCode = async (signIn: SignIn, user: PoolUser): Promise<void> => {
  const { parts, pool, client, call, clientMetadata } = signIn
  const { accountId, nowMs } = call
  const code = await call.store.write((tx) =>
    makeCode(
      parts,
      { tx, view: tx, accountId, nowMs },
      { pool, user, purpose: 'sms-mfa' },
      { attribute: 'phone_number' },
    ),
  )
  const source = 'CustomMessage_Authentication'
  await sendMessage({
    parts,
    pool,
    client,
    user,
    source,
    attribute: 'phone_number',
    code,
    nowMs,
    clientMetadata,
  })
}

/** The message that brings a temporary password; nothing where there is nowhere to send it. */
export const sendInvitation = async (
  sender: Pick<Sending, 'parts' | 'pool' | 'clientMetadata'> & {
    readonly call: { readonly nowMs: number }
  },
  user: PoolUser,
  temporaryPassword: string,
  mediums: readonly string[] = ['SMS', 'EMAIL'],
): Promise<void> => {
  const { parts, pool, clientMetadata, call } = sender
  for (const [attribute, medium] of [
    ['phone_number', 'SMS'],
    ['email', 'EMAIL'],
  ] as const) {
    if (!mediums.includes(medium) || user.Attributes[attribute] === undefined) continue
    const source = 'CustomMessage_AdminCreateUser'
    const { nowMs } = call
    await sendMessage({
      parts,
      pool,
      user,
      source,
      attribute,
      code: temporaryPassword,
      nowMs,
      clientMetadata,
    })
  }
}

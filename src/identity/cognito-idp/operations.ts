// The operations of user pools that exist here, by AWS's names; the rest is refused by name at the wire.
import { reads, writes } from '#store/transactional.ts'
import * as admin from './admin-users.ts'
import * as clients from './clients.ts'
import * as domains from './domains.ts'
import { confirmForgotPassword, forgotPassword } from './forgot-password.ts'
import * as groups from './groups.ts'
import * as providers from './identity-providers.ts'
import { adminInitiateAuth, initiateAuth } from './initiate-auth.ts'
import { listUsers } from './list-users.ts'
import * as mfa from './mfa.ts'
import * as own from './own-account.ts'
import type { UserPoolParts } from './parts.ts'
import * as pools from './pools.ts'
import { getTokensFromRefreshToken, revokeToken } from './refresh.ts'
import * as servers from './resource-servers.ts'
import { adminRespondToAuthChallenge, respondToAuthChallenge } from './respond-to-challenge.ts'
import { confirmSignUp, resendConfirmationCode, signUp } from './sign-up.ts'
import { getCSVHeader, listTagsForResource, tagResource, untagResource } from './tags.ts'

export const userPoolOperations = (parts: UserPoolParts) =>
  Object.freeze({
    ...operatorOperations(parts),
    ...applicationOperations(parts),
  })

/** Signed: those of whoever runs the pools. */
const operatorOperations = (parts: UserPoolParts) => ({
  AddCustomAttributes: writes(pools.addCustomAttributes),
  AdminAddUserToGroup: writes(groups.adminAddUserToGroup),
  AdminConfirmSignUp: admin.adminConfirmSignUp(parts),
  AdminCreateUser: admin.adminCreateUser(parts),
  AdminDeleteSoftwareToken: writes(mfa.adminDeleteSoftwareToken),
  AdminDeleteUser: writes(admin.adminDeleteUser),
  AdminDeleteUserAttributes: writes(admin.adminDeleteUserAttributes),
  AdminDisableUser: writes(admin.adminSetEnabled(false)),
  AdminEnableUser: writes(admin.adminSetEnabled(true)),
  AdminGetUser: reads(admin.adminGetUser),
  AdminInitiateAuth: adminInitiateAuth(parts),
  AdminListGroupsForUser: reads(groups.adminListGroupsForUser),
  AdminRemoveUserFromGroup: writes(groups.adminRemoveUserFromGroup),
  AdminResetUserPassword: admin.adminResetUserPassword(parts),
  AdminRespondToAuthChallenge: adminRespondToAuthChallenge(parts),
  AdminSetUserMFAPreference: writes(mfa.adminSetUserMFAPreference),
  AdminSetUserPassword: admin.adminSetUserPassword(parts),
  AdminUpdateUserAttributes: writes(admin.adminUpdateUserAttributes),
  AdminUserGlobalSignOut: writes(admin.adminUserGlobalSignOut),
  CreateGroup: writes(groups.createGroup),
  CreateIdentityProvider: writes(providers.createIdentityProvider(parts)),
  CreateResourceServer: writes(servers.createResourceServer),
  CreateUserPool: pools.createUserPool(parts),
  CreateUserPoolClient: writes(clients.createUserPoolClient(parts)),
  CreateUserPoolDomain: writes(domains.createUserPoolDomain),
  DeleteGroup: writes(groups.deleteGroup),
  DeleteIdentityProvider: writes(providers.deleteIdentityProvider),
  DeleteResourceServer: writes(servers.deleteResourceServer),
  DeleteUserPool: writes(pools.deleteUserPool),
  DeleteUserPoolClient: writes(clients.deleteUserPoolClient),
  DeleteUserPoolDomain: writes(domains.deleteUserPoolDomain),
  DescribeIdentityProvider: reads(providers.describeIdentityProvider(parts)),
  DescribeResourceServer: reads(servers.describeResourceServer),
  DescribeUserPool: reads(pools.describeUserPool),
  DescribeUserPoolClient: reads(clients.describeUserPoolClient(parts)),
  DescribeUserPoolDomain: reads(domains.describeUserPoolDomain),
  GetCSVHeader: reads(getCSVHeader),
  GetGroup: reads(groups.getGroup),
  GetIdentityProviderByIdentifier: reads(providers.getIdentityProviderByIdentifier(parts)),
  GetUserPoolMfaConfig: reads(pools.getUserPoolMfaConfig),
  ListGroups: reads(groups.listGroups),
  ListIdentityProviders: reads(providers.listIdentityProviders),
  ListResourceServers: reads(servers.listResourceServers),
  ListTagsForResource: reads(listTagsForResource),
  ListUserPoolClients: reads(clients.listUserPoolClients),
  ListUserPools: reads(pools.listUserPools),
  ListUsers: reads(listUsers),
  ListUsersInGroup: reads(groups.listUsersInGroup),
  SetUserPoolMfaConfig: writes(pools.setUserPoolMfaConfig),
  TagResource: writes(tagResource),
  UntagResource: writes(untagResource),
  UpdateGroup: writes(groups.updateGroup),
  UpdateIdentityProvider: writes(providers.updateIdentityProvider(parts)),
  UpdateResourceServer: writes(servers.updateResourceServer),
  UpdateUserPool: writes(pools.updateUserPool),
  UpdateUserPoolClient: writes(clients.updateUserPoolClient(parts)),
  UpdateUserPoolDomain: writes(domains.updateUserPoolDomain),
})

/** Those that nobody signs: they show a client's id, a session or a token. */
const applicationOperations = (parts: UserPoolParts) => ({
  AssociateSoftwareToken: mfa.associateSoftwareToken(parts),
  ChangePassword: own.changePassword(parts),
  ConfirmForgotPassword: confirmForgotPassword(parts),
  ConfirmSignUp: confirmSignUp(parts),
  DeleteUser: writes(own.deleteUser),
  DeleteUserAttributes: writes(own.deleteUserAttributes),
  ForgotPassword: forgotPassword(parts),
  GetTokensFromRefreshToken: getTokensFromRefreshToken(parts),
  GetUser: reads(own.getUser),
  GetUserAttributeVerificationCode: own.getUserAttributeVerificationCode(parts),
  GlobalSignOut: writes(own.globalSignOut),
  InitiateAuth: initiateAuth(parts),
  ResendConfirmationCode: resendConfirmationCode(parts),
  RespondToAuthChallenge: respondToAuthChallenge(parts),
  RevokeToken: revokeToken(parts),
  SetUserMFAPreference: writes(mfa.setUserMFAPreference),
  SignUp: signUp(parts),
  UpdateUserAttributes: own.updateUserAttributes(parts),
  VerifySoftwareToken: mfa.verifySoftwareToken(parts),
  VerifyUserAttribute: own.verifyUserAttribute(parts),
})

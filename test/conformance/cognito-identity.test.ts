// Identity pools as their own SDK client sees them, on a running gateway: guests, users of an OpenID Connect provider,
// developer-authenticated users; roles by claims; both flows.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import * as ci from '@aws-sdk/client-cognito-identity'
import * as iam from '@aws-sdk/client-iam'
import * as sts from '@aws-sdk/client-sts'
import { call, type Gateway, SHAPES, startGateway } from '../support/gateway.ts'
import { rsaKey, signToken } from '../support/tokens.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

const ACCOUNT = '123456789012'
const FEDERATED = 'cognito-identity.amazonaws.com'
const NOBODY = { accessKeyId: 'x', secretAccessKey: 'x' }

const refuses = (promise: Promise<unknown>, name: string, message: RegExp | string) =>
  assert.rejects(promise, (error: ci.CognitoIdentityServiceException) => {
    assert.equal(error.name, name, error.message)
    if (typeof message === 'string') assert.equal(error.message, message)
    else assert.match(error.message, message)
    return true
  })

const now = () => Math.floor(Date.now() / 1_000)
const claimsOf = (token: string | undefined) =>
  JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString())

for (const shape of SHAPES)
  describe(`identity pools of daemun ${shape}`, () => {
    const key = rsaKey()
    let gateway: Gateway
    let issuer: Upstream
    let admin: ci.CognitoIdentityClient
    let page: ci.CognitoIdentityClient
    let roles: iam.IAMClient
    let provider: string
    let host: string
    before(async () => {
      issuer = await startUpstream(({ url }) => ({
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(
          url.endsWith('/openid-configuration')
            ? { issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }
            : { keys: [key.jwk] },
        ),
      }))
      gateway = await startGateway({ shape })
      const options = { endpoint: gateway.endpoint, region: 'us-east-1', maxAttempts: 1 }
      admin = new ci.CognitoIdentityClient({ ...options, credentials: gateway.credentials })
      // Signs nothing: what it calls, everybody may.
      page = new ci.CognitoIdentityClient({ ...options, credentials: NOBODY })
      roles = new iam.IAMClient({ ...options, credentials: gateway.credentials })
      const made = await roles.send(
        new iam.CreateOpenIDConnectProviderCommand({ Url: issuer.url, ClientIDList: ['app'] }),
      )
      provider = made.OpenIDConnectProviderArn ?? ''
      host = issuer.url.replace('http://', '')
    })
    after(async () => {
      await gateway?.stop()
      await issuer?.close()
    })

    const createRole = async (name: string, poolId: string, amr: string, tags = false) => {
      const { Role } = await roles.send(
        new iam.CreateRoleCommand({
          RoleName: name,
          AssumeRolePolicyDocument: JSON.stringify({
            Version: '2012-10-17',
            Statement: {
              Effect: 'Allow',
              Principal: { Federated: FEDERATED },
              Action: ['sts:AssumeRoleWithWebIdentity', ...(tags ? ['sts:TagSession'] : [])],
              Condition: {
                StringEquals: { [`${FEDERATED}:aud`]: poolId },
                'ForAnyValue:StringLike': { [`${FEDERATED}:amr`]: amr },
              },
            },
          }),
        }),
      )
      return Role?.Arn ?? ''
    }
    const createPool = async (input: Partial<ci.CreateIdentityPoolInput> = {}) => {
      const { IdentityPoolId = '' } = await admin.send(
        new ci.CreateIdentityPoolCommand({
          IdentityPoolName: 'app',
          AllowUnauthenticatedIdentities: false,
          ...input,
        }),
      )
      return IdentityPoolId
    }
    const token = (claims: object = {}) =>
      signToken(key, {
        iss: issuer.url,
        sub: 'ada',
        aud: 'app',
        iat: now() - 5,
        exp: now() + 300,
        ...claims,
      })
    const getId = async (IdentityPoolId: string, Logins?: Record<string, string>) =>
      (await page.send(new ci.GetIdCommand({ IdentityPoolId, Logins }))).IdentityId ?? ''
    const credentialsOf = (
      IdentityId: string,
      Logins?: Record<string, string>,
      CustomRoleArn?: string,
    ) => page.send(new ci.GetCredentialsForIdentityCommand({ IdentityId, Logins, CustomRoleArn }))
    const whoIs = async (made: ci.GetCredentialsForIdentityResponse) => {
      const { AccessKeyId = '', SecretKey = '', SessionToken = '' } = made.Credentials ?? {}
      const client = new sts.STSClient({
        endpoint: gateway.endpoint,
        region: 'us-east-1',
        credentials: {
          accessKeyId: AccessKeyId,
          secretAccessKey: SecretKey,
          sessionToken: SessionToken,
        },
      })
      return (await client.send(new sts.GetCallerIdentityCommand({}))).Arn
    }

    it('makes, describes, changes, lists, tags and deletes pools', async () => {
      const made = await admin.send(
        new ci.CreateIdentityPoolCommand({
          IdentityPoolName: 'shop of all',
          AllowUnauthenticatedIdentities: true,
          DeveloperProviderName: 'login.shop',
          OpenIdConnectProviderARNs: [provider],
          SupportedLoginProviders: { 'accounts.google.com': 'a.apps.googleusercontent.com' },
          CognitoIdentityProviders: [
            { ProviderName: 'cognito-idp.us-east-1.amazonaws.com/us-east-1_aB', ClientId: 'c1' },
          ],
          IdentityPoolTags: { team: 'gate' },
        }),
      )
      const { IdentityPoolId = '' } = made
      assert.match(IdentityPoolId, /^us-east-1:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      const { $metadata: _1, ...described } = await admin.send(
        new ci.DescribeIdentityPoolCommand({ IdentityPoolId }),
      )
      const { $metadata: _2, ...created } = made
      assert.deepEqual(described, created)
      assert.equal(described.CognitoIdentityProviders?.[0]?.ServerSideTokenCheck, false)
      const ResourceArn = `arn:aws:cognito-identity:us-east-1:${ACCOUNT}:identitypool/${IdentityPoolId}`
      await admin.send(new ci.TagResourceCommand({ ResourceArn, Tags: { plan: 'gold' } }))
      await admin.send(new ci.UntagResourceCommand({ ResourceArn, TagKeys: ['team'] }))
      const { Tags } = await admin.send(new ci.ListTagsForResourceCommand({ ResourceArn }))
      assert.deepEqual(Tags, { plan: 'gold' })
      const changed = await admin.send(
        new ci.UpdateIdentityPoolCommand({
          IdentityPoolId,
          IdentityPoolName: 'shop',
          AllowUnauthenticatedIdentities: false,
        }),
      )
      assert.equal(changed.DeveloperProviderName, undefined)
      assert.deepEqual(changed.IdentityPoolTags, { plan: 'gold' })
      await createPool({ IdentityPoolName: 'another' })
      const first = await admin.send(new ci.ListIdentityPoolsCommand({ MaxResults: 1 }))
      const rest = await admin.send(
        new ci.ListIdentityPoolsCommand({ MaxResults: 60, NextToken: first.NextToken }),
      )
      const all = [...(first.IdentityPools ?? []), ...(rest.IdentityPools ?? [])]
      assert.ok(all.some((pool) => pool.IdentityPoolId === IdentityPoolId))
      await admin.send(new ci.DeleteIdentityPoolCommand({ IdentityPoolId }))
      await refuses(
        admin.send(new ci.DescribeIdentityPoolCommand({ IdentityPoolId })),
        'ResourceNotFoundException',
        `IdentityPool '${IdentityPoolId}' not found.`,
      )
      await refuses(getId('nonsense'), 'ValidationException', /at 'identityPoolId' failed/)
      await refuses(
        createPool({ IdentityPoolName: '<b>' }),
        'ValidationException',
        /identityPoolName/,
      )
    })

    it('gives guests the guests’ role, and only where the pool lets them in', async () => {
      const closed = await createPool()
      await refuses(
        getId(closed),
        'NotAuthorizedException',
        'Unauthenticated access is not supported for this identity pool.',
      )
      const IdentityPoolId = await createPool({ AllowUnauthenticatedIdentities: true })
      const id = await getId(IdentityPoolId)
      assert.match(id, /^us-east-1:/)
      await refuses(
        credentialsOf(id),
        'InvalidIdentityPoolConfigurationException',
        'Invalid identity pool configuration. Check assigned IAM roles for this pool.',
      )
      const users = await createRole(`users-${shape}`, IdentityPoolId, 'authenticated')
      const guests = await createRole(`guests-${shape}`, IdentityPoolId, 'unauthenticated')
      const assign = (unauthenticated: string) =>
        admin.send(
          new ci.SetIdentityPoolRolesCommand({
            IdentityPoolId,
            Roles: { authenticated: users, unauthenticated },
          }),
        )
      await assign(users)
      await refuses(credentialsOf(id), 'InvalidIdentityPoolConfigurationException', /IAM roles/)
      await assign(guests)
      const made = await credentialsOf(id)
      assert.equal(made.IdentityId, id)
      const left = (made.Credentials?.Expiration?.getTime() ?? 0) - Date.now()
      assert.ok(left > 3_500_000 && left <= 3_600_000)
      assert.equal(
        await whoIs(made),
        `arn:aws:sts::${ACCOUNT}:assumed-role/guests-${shape}/CognitoIdentityCredentials`,
      )
      await refuses(
        credentialsOf('us-east-1:00000000-0000-4000-8000-000000000000'),
        'ResourceNotFoundException',
        /^Identity 'us-east-1:0+/,
      )
    })

    it('takes tokens of a provider of IAM, links them, and refuses every other token', async () => {
      const IdentityPoolId = await createPool({
        AllowUnauthenticatedIdentities: true,
        OpenIdConnectProviderARNs: [provider],
      })
      const id = await getId(IdentityPoolId, { [host]: token() })
      assert.equal(await getId(IdentityPoolId, { [host]: token() }), id)
      assert.notEqual(await getId(IdentityPoolId, { [host]: token({ sub: 'bob' }) }), id)
      const described = await admin.send(new ci.DescribeIdentityCommand({ IdentityId: id }))
      assert.deepEqual(described.Logins, [host])
      const no = (text: string, message: RegExp | string, at = host) =>
        refuses(getId(IdentityPoolId, { [at]: text }), 'NotAuthorizedException', message)
      await no('a.b', 'Invalid login token. Not a valid OpenId Connect identity token.')
      await no(
        signToken({ ...rsaKey(), kid: key.kid }, claimsOf(token())),
        'Invalid login token. Token signature invalid.',
      )
      await no(token({ exp: now() - 1 }), /^Invalid login token\. Token expired: \d+ >= \d+$/)
      await no(token({ aud: 'other' }), 'Invalid login token. Incorrect token audience.')
      await no(
        token({ iss: 'https://x' }),
        "Invalid login token. Issuer doesn't match providerName",
      )
      await no(token({ sub: '' }), 'Invalid login token. Missing a required claim: sub')
      await no(signToken(key, claimsOf(token()), { alg: 'none' }), /Not a valid/)
      await no(token(), /not from a supported provider/, 'graph.facebook.com')
      // Without a token an identity that has logins is nobody's.
      await refuses(
        credentialsOf(id),
        'NotAuthorizedException',
        `Access to Identity '${id}' is forbidden.`,
      )
      await refuses(
        credentialsOf(id, { [host]: token({ sub: 'bob' }) }),
        'NotAuthorizedException',
        /^Logins don't match\./,
      )
      // A guest who signs in is who they were before.
      const users = await createRole(`linked-${shape}`, IdentityPoolId, 'authenticated')
      await admin.send(
        new ci.SetIdentityPoolRolesCommand({ IdentityPoolId, Roles: { authenticated: users } }),
      )
      const guest = await getId(IdentityPoolId)
      assert.equal((await credentialsOf(guest, { [host]: token() })).IdentityId, id)
      const fresh = await getId(IdentityPoolId)
      const cyd = { [host]: token({ sub: 'cyd' }) }
      assert.equal((await credentialsOf(fresh, cyd)).IdentityId, fresh)
      const listed = await admin.send(
        new ci.ListIdentitiesCommand({ IdentityPoolId, MaxResults: 10, HideDisabled: true }),
      )
      const ids = listed.Identities?.map(({ IdentityId }) => IdentityId)
      assert.ok(ids?.includes(fresh) && !ids.includes(guest))
      await page.send(
        new ci.UnlinkIdentityCommand({ IdentityId: fresh, Logins: cyd, LoginsToRemove: [host] }),
      )
      assert.notEqual(await getId(IdentityPoolId, cyd), fresh)
      await admin.send(new ci.DeleteIdentitiesCommand({ IdentityIdsToDelete: [id] }))
      assert.notEqual(await getId(IdentityPoolId, { [host]: token() }), id)
    })

    it('chooses roles by claims and by rules, and denies or falls back where they say nothing', async () => {
      const IdentityPoolId = await createPool({ OpenIdConnectProviderARNs: [provider] })
      const names = ['default', 'staff', 'boss'] as const
      const arns: Record<string, string> = {}
      for (const name of names)
        arns[name] = await createRole(`${name}-${shape}`, IdentityPoolId, 'authenticated')
      const { default: usual = '', staff = '', boss = '' } = arns
      const map = (mapping: ci.RoleMapping) =>
        admin.send(
          new ci.SetIdentityPoolRolesCommand({
            IdentityPoolId,
            Roles: { authenticated: usual },
            RoleMappings: { [provider]: mapping },
          }),
        )
      const roleFor = async (claims: object, custom?: string) => {
        const Logins = { [host]: token(claims) }
        const id = await getId(IdentityPoolId, Logins)
        const arn = await whoIs(await credentialsOf(id, Logins, custom))
        return arn?.split('/')[1]?.replace(`-${shape}`, '')
      }
      await map({ Type: 'Token', AmbiguousRoleResolution: 'Deny' })
      assert.equal(await roleFor({ 'cognito:preferred_role': staff }), 'staff')
      assert.equal(await roleFor({ 'cognito:roles': [staff, boss] }, boss), 'boss')
      await refuses(roleFor({}), 'NotAuthorizedException', /denied/)
      await refuses(roleFor({ 'cognito:roles': [staff] }, boss), 'NotAuthorizedException', /denied/)
      await map({ Type: 'Token', AmbiguousRoleResolution: 'AuthenticatedRole' })
      assert.equal(await roleFor({ 'cognito:roles': [staff, boss] }), 'default')
      const rule = (
        Claim: string,
        MatchType: ci.MappingRuleMatchType,
        Value: string,
        RoleARN: string,
      ) => ({ Claim, MatchType, Value, RoleARN }) as const
      await map({
        Type: 'Rules',
        AmbiguousRoleResolution: 'AuthenticatedRole',
        RulesConfiguration: {
          Rules: [
            rule('title', 'Equals', 'boss', boss),
            rule('mail', 'Contains', '@shop', staff),
            rule('dept', 'StartsWith', 'eng', staff),
            rule('plan', 'NotEqual', 'free', boss),
          ],
        },
      })
      assert.equal(await roleFor({ title: 'boss', mail: 'a@shop' }), 'boss')
      assert.equal(await roleFor({ title: 'boss', mail: 'a@shop' }, staff), 'staff')
      assert.equal(await roleFor({ mail: 'a@shop' }), 'staff')
      assert.equal(await roleFor({ dept: 'engine' }), 'staff')
      assert.equal(await roleFor({ plan: 'gold' }), 'boss')
      assert.equal(await roleFor({ plan: 'free' }), 'default')
      const { RoleMappings } = await admin.send(
        new ci.GetIdentityPoolRolesCommand({ IdentityPoolId }),
      )
      assert.equal(RoleMappings?.[provider]?.RulesConfiguration?.Rules?.length, 4)
      await refuses(
        map({ Type: 'Token' }),
        'InvalidParameterException',
        /AmbiguousRoleResolution is required/,
      )
    })

    it('maps claims to tags of the session, which need sts:TagSession', async () => {
      const IdentityPoolId = await createPool({ OpenIdConnectProviderARNs: [provider] })
      const untagged = await createRole(`untagged-${shape}`, IdentityPoolId, 'authenticated')
      const tagged = await createRole(`tagged-${shape}`, IdentityPoolId, 'authenticated', true)
      const set = (authenticated: string) =>
        admin.send(new ci.SetIdentityPoolRolesCommand({ IdentityPoolId, Roles: { authenticated } }))
      const where = { IdentityPoolId, IdentityProviderName: host }
      await admin.send(
        new ci.SetPrincipalTagAttributeMapCommand({
          ...where,
          UseDefaults: false,
          PrincipalTags: { department: 'dept' },
        }),
      )
      const read = await admin.send(new ci.GetPrincipalTagAttributeMapCommand(where))
      assert.deepEqual(read.PrincipalTags, { department: 'dept' })
      const Logins = { [host]: token({ dept: 'eng' }) }
      const id = await getId(IdentityPoolId, Logins)
      await set(untagged)
      await refuses(credentialsOf(id, Logins), 'InvalidIdentityPoolConfigurationException', /IAM/)
      await set(tagged)
      assert.ok((await credentialsOf(id, Logins)).Credentials?.SessionToken)
    })

    it('gives a signed token for the basic flow, which STS takes', async () => {
      const pool = { OpenIdConnectProviderARNs: [provider], IdentityPoolName: 'basic' }
      const IdentityPoolId = await createPool({ ...pool, AllowClassicFlow: true })
      const Logins = { [host]: token() }
      const IdentityId = await getId(IdentityPoolId, Logins)
      const { Token } = await page.send(new ci.GetOpenIdTokenCommand({ IdentityId, Logins }))
      const claims = claimsOf(Token)
      assert.equal(claims.iss, 'https://cognito-identity.amazonaws.com')
      assert.equal(claims.sub, IdentityId)
      assert.equal(claims.aud, IdentityPoolId)
      assert.deepEqual(claims.amr, ['authenticated', host, `${provider}:OIDC:ada`])
      assert.equal(claims.exp - claims.iat, 600)
      const RoleArn = await createRole(`basic-${shape}`, IdentityPoolId, 'authenticated')
      const client = new sts.STSClient({
        endpoint: gateway.endpoint,
        region: 'us-east-1',
        credentials: NOBODY,
        maxAttempts: 1,
      })
      const assume = (WebIdentityToken: string | undefined, arn = RoleArn) =>
        client.send(
          new sts.AssumeRoleWithWebIdentityCommand({
            RoleArn: arn,
            RoleSessionName: 'me',
            WebIdentityToken,
          }),
        )
      const made = await assume(Token)
      assert.equal(made.Provider, FEDERATED)
      assert.equal(made.SubjectFromWebIdentityToken, IdentityId)
      await assert.rejects(assume(`${Token?.slice(0, -6)}AAAAAA`), /cannot be verified|not a valid/)
      const forged = signToken(key, claims, { alg: 'RS256' })
      await assert.rejects(assume(forged), /verification key/)
      const other = await createRole(`other-${shape}`, 'us-east-1:another', 'authenticated')
      await assert.rejects(assume(Token, other), /Not authorized/)
      const enhanced = await createPool(pool)
      const id = await getId(enhanced, Logins)
      await refuses(
        page.send(new ci.GetOpenIdTokenCommand({ IdentityId: id, Logins })),
        'InvalidParameterException',
        'Basic (classic) flow is not enabled, please use enhanced flow.',
      )
    })

    it('knows users whom a developer’s own backend signs in', async () => {
      const DeveloperProviderName = 'login.shop'
      const IdentityPoolId = await createPool({ DeveloperProviderName })
      const authenticated = await createRole(`dev-${shape}`, IdentityPoolId, 'authenticated')
      await admin.send(
        new ci.SetIdentityPoolRolesCommand({ IdentityPoolId, Roles: { authenticated } }),
      )
      const tokenOf = (user: string, IdentityId?: string) =>
        admin.send(
          new ci.GetOpenIdTokenForDeveloperIdentityCommand({
            IdentityPoolId,
            IdentityId,
            Logins: { [DeveloperProviderName]: user },
            TokenDuration: 60,
          }),
        )
      const { IdentityId = '', Token = '' } = await tokenOf('ada')
      assert.equal((await tokenOf('ada')).IdentityId, IdentityId)
      const made = await credentialsOf(IdentityId, { [FEDERATED]: Token })
      assert.match((await whoIs(made)) ?? '', new RegExp(`/dev-${shape}/`))
      await refuses(credentialsOf(IdentityId), 'NotAuthorizedException', /forbidden/)
      const bob = await tokenOf('bob')
      await refuses(
        credentialsOf(IdentityId, { [FEDERATED]: bob.Token ?? '' }),
        'NotAuthorizedException',
        /forbidden/,
      )
      await refuses(tokenOf('bob', IdentityId), 'DeveloperUserAlreadyRegisteredException', /./)
      await tokenOf('ada2', IdentityId)
      const lookup = (input: object) =>
        admin.send(new ci.LookupDeveloperIdentityCommand({ IdentityPoolId, ...input }))
      assert.deepEqual((await lookup({ IdentityId })).DeveloperUserIdentifierList, ['ada', 'ada2'])
      assert.equal((await lookup({ DeveloperUserIdentifier: 'ada2' })).IdentityId, IdentityId)
      await refuses(
        lookup({ IdentityId, DeveloperUserIdentifier: 'bob' }),
        'ResourceConflictException',
        /./,
      )
      const merged = await admin.send(
        new ci.MergeDeveloperIdentitiesCommand({
          IdentityPoolId,
          DeveloperProviderName,
          SourceUserIdentifier: 'bob',
          DestinationUserIdentifier: 'ada',
        }),
      )
      assert.equal(merged.IdentityId, IdentityId)
      assert.equal((await lookup({ DeveloperUserIdentifier: 'bob' })).IdentityId, IdentityId)
      await refuses(
        credentialsOf(bob.IdentityId ?? '', { [FEDERATED]: bob.Token ?? '' }),
        'NotAuthorizedException',
        /forbidden/,
      )
      const unlink = () =>
        admin.send(
          new ci.UnlinkDeveloperIdentityCommand({
            IdentityPoolId,
            IdentityId,
            DeveloperProviderName,
            DeveloperUserIdentifier: 'bob',
          }),
        )
      await unlink()
      await refuses(unlink(), 'ResourceNotFoundException', /./)
      await refuses(lookup({ DeveloperUserIdentifier: 'bob' }), 'ResourceNotFoundException', /./)
    })

    it('answers pages of any origin what nobody signs for, and nothing else', async () => {
      const IdentityPoolId = await createPool({ AllowUnauthenticatedIdentities: true })
      const origin = 'https://app.example'
      const preflight = await call(gateway.endpoint, '/', {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,x-amz-target,x-amz-user-agent',
        },
      })
      assert.equal(preflight.status, 200)
      assert.equal(preflight.headers['access-control-allow-origin'], '*')
      assert.match(String(preflight.headers['access-control-allow-headers']), /x-amz-target/)
      const send = (operation: string, body: object, extra = {}) =>
        call(gateway.endpoint, '/', {
          method: 'POST',
          headers: {
            origin,
            'content-type': 'application/x-amz-json-1.1',
            'x-amz-target': `AWSCognitoIdentityService.${operation}`,
            ...extra,
          },
          body: JSON.stringify(body),
        })
      const answer = await send('GetId', { IdentityPoolId })
      assert.equal(answer.status, 200, answer.text)
      assert.equal(answer.headers['access-control-allow-origin'], '*')
      const refused = await send('ListIdentityPools', { MaxResults: 1 })
      assert.equal(refused.status, 403)
      assert.equal(refused.headers['access-control-allow-origin'], undefined)
      const rebound = await send('GetId', { IdentityPoolId }, { host: 'evil.example' })
      assert.equal(rebound.status, 403)
    })
  })

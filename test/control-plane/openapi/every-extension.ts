// One Swagger document with every extension that a REST API has, and one OpenAPI document with
// those of an HTTP API.

const LAMBDA =
  'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:pets/invocations'

export const REST_YAML = `
swagger: 2.0
info:
  title: Pet store
  version: 1.10
  description: All pets
basePath: /base/v1
consumes: [application/json]
produces: [application/json]
tags:
  - name: pets
x-amazon-apigateway-api-key-source: AUTHORIZER
x-amazon-apigateway-binary-media-types: [image/png]
x-amazon-apigateway-minimum-compression-size: 512
x-amazon-apigateway-policy:
  Version: '2012-10-17'
  Statement: []
x-amazon-apigateway-security-policy: SecurityPolicy_TLS13_1_3_2025_09
x-amazon-apigateway-endpoint-access-mode: STRICT
x-amazon-apigateway-endpoint-configuration:
  types: [REGIONAL]
  disableExecuteApiEndpoint: true
x-amazon-apigateway-request-validators:
  all: { validateRequestBody: true, validateRequestParameters: true }
  params: { validateRequestParameters: true }
x-amazon-apigateway-request-validator: params
x-amazon-apigateway-gateway-responses:
  DEFAULT_4XX:
    responseParameters:
      gatewayresponse.header.Access-Control-Allow-Origin: "'*'"
    responseTemplates:
      application/json: '{"message":$context.error.messageString}'
  INVALID_API_KEY:
    statusCode: 429
x-amazon-apigateway-documentation:
  version: 1
securityDefinitions:
  api_key: { type: apiKey, name: x-api-key, in: header }
  sigv4: { type: apiKey, name: Authorization, in: header, x-amazon-apigateway-authtype: awsSigv4 }
  token:
    type: apiKey
    name: X-Token
    in: header
    x-amazon-apigateway-authtype: oauth2
    x-amazon-apigateway-authorizer:
      type: token
      authorizerUri: ${LAMBDA}
      identityValidationExpression: ^x
      authorizerResultTtlInSeconds: 60
  request:
    type: apiKey
    name: Unused
    in: header
    x-amazon-apigateway-authtype: custom
    x-amazon-apigateway-authorizer:
      type: request
      authorizerUri: ${LAMBDA}
      authorizerCredentials: arn:aws:iam::111111111111:role/r
      identitySource: method.request.header.A, context.stage
      authorizerResultTtlInSeconds: 300
  pool:
    type: apiKey
    name: Authorization
    in: header
    x-amazon-apigateway-authorizer:
      type: cognito_user_pools
      providerARNs: ['arn:aws:cognito-idp:us-east-1:111111111111:userpool/us-east-1_a']
  basic: { type: basic }
security:
  - token: []
paths:
  /:
    x-amazon-apigateway-any-method:
      security: []
      x-amazon-apigateway-integration:
        type: mock
        requestTemplates:
          application/json: '{"statusCode": 200}'
        responses:
          default: { statusCode: 200 }
  /pets/{id}:
    parameters:
      - { name: id, in: path, required: true, type: string }
    get:
      operationId: getPet
      x-amazon-apigateway-request-validator: all
      parameters:
        - { name: verbose, in: query, type: boolean, enum: [true] }
        - { name: X-Trace, in: header, required: true, type: string }
        - { name: session, in: cookie, type: string }
      security:
        - api_key: []
        - pool: [pets/read]
      responses:
        200:
          description: a pet
          schema: { $ref: '#/definitions/Pet' }
          headers:
            x-count: { type: integer }
        404: { description: none }
        default: { description: other }
      x-amazon-apigateway-integration:
        type: http
        httpMethod: GET
        uri: https://example.com/{id}
        connectionType: VPC_LINK
        connectionId: \${stageVariables.link}
        credentials: arn:aws:iam::*:user/*
        passthroughBehavior: when_no_templates
        contentHandling: CONVERT_TO_TEXT
        timeoutInMillis: 1000
        cacheNamespace: pets
        cacheKeyParameters: [method.request.path.id]
        tlsConfig: { insecureSkipVerification: true }
        responseTransferMode: BUFFERED
        integrationTarget: arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/a/b
        requestParameters:
          integration.request.path.id: method.request.path.id
        requestTemplates:
          application/json: $input.json('$')
        responses:
          default:
            statusCode: 200
            responseParameters:
              method.response.header.x-count: integration.response.header.count
            responseTemplates:
              application/json: ''
          "4\\\\d\\\\d":
            statusCode: 404
            contentHandling: CONVERT_TO_BINARY
        surprise: 1
    put:
      security:
        - sigv4: []
      parameters:
        - name: pet
          in: body
          schema:
            type: object
            properties: { pet: { $ref: '#/definitions/Pet' } }
      responses: {}
      x-amazon-apigateway-integration: { type: aws_proxy, httpMethod: POST, uri: '${LAMBDA}' }
    delete:
      x-amazon-apigateway-auth: { type: NONE }
      x-amazon-apigateway-integration: { type: mock }
      x-amazon-apigateway-novelty: true
    post:
      security:
        - basic: []
      x-amazon-apigateway-integration: { type: mock }
definitions:
  Pet:
    type: object
    description: a pet
    properties:
      id: { type: string, example: a }
      default: { type: array, items: { $ref: '#/definitions/My_Tag' }, minItems: 1 }
      parent: { $ref: '#/definitions/Pet' }
      tagName: { $ref: '#/definitions/My_Tag/properties/name' }
  My_Tag:
    type: object
    properties: { name: { type: string } }
`

export const HTTP_API = {
  openapi: '3.0.1',
  info: { title: 'Pets', version: '1', description: 'All pets' },
  servers: [
    {
      url: 'https://a.execute-api.us-east-1.amazonaws.com/{basePath}',
      variables: { basePath: { default: '/base/v1' } },
      'x-amazon-apigateway-endpoint-configuration': { disableExecuteApiEndpoint: true },
    },
  ],
  tags: [{ name: 'team', 'x-amazon-apigateway-tag-value': 'pets' }],
  'x-amazon-apigateway-importexport-version': '1.0',
  'x-amazon-apigateway-cors': {
    allowOrigins: ['https://a.example'],
    allowMethods: ['GET'],
    allowHeaders: ['x'],
    exposeHeaders: ['y'],
    allowCredentials: true,
    maxAge: 60,
  },
  paths: {
    '/$default': {
      'x-amazon-apigateway-any-method': {
        isDefaultRoute: true,
        'x-amazon-apigateway-integration': {
          $ref: '#/components/x-amazon-apigateway-integrations/pets',
        },
      },
    },
    '/pets/{id}': {
      get: {
        operationId: 'getPet',
        security: [{ jwt: ['read'] }],
        responses: { 200: { description: 'a pet' } },
        'x-amazon-apigateway-integration': {
          $ref: '#/components/x-amazon-apigateway-integrations/pets',
        },
      },
      post: {
        security: [{ lambda: [] }],
        'x-amazon-apigateway-integration': {
          type: 'http_proxy',
          httpMethod: 'ANY',
          uri: 'https://example.com/{id}',
          payloadFormatVersion: 1.0,
          timeoutInMillis: 1000,
          tlsConfig: { serverNameToVerify: 'example.com' },
          requestParameters: { 'append:header.a': '$request.path.id' },
          responseParameters: { 500: { 'overwrite:statuscode': '403' } },
          passthroughBehavior: 'when_no_match',
        },
      },
      put: {
        'x-amazon-apigateway-auth': { type: 'AWS_IAM' },
        'x-amazon-apigateway-integration': {
          type: 'aws_proxy',
          integrationSubtype: 'SQS-SendMessage',
          credentials: 'arn:aws:iam::111111111111:role/r',
          payloadFormatVersion: '1.0',
          requestParameters: { QueueUrl: '$request.header.url', MessageBody: '$request.body' },
        },
      },
    },
  },
  components: {
    securitySchemes: {
      jwt: {
        type: 'oauth2',
        'x-amazon-apigateway-authorizer': {
          type: 'jwt',
          identitySource: '$request.header.Authorization',
          jwtConfiguration: { issuer: 'https://issuer.example', audience: ['pets'] },
        },
      },
      lambda: {
        type: 'apiKey',
        name: 'Authorization',
        in: 'header',
        'x-amazon-apigateway-authorizer': {
          type: 'request',
          identitySource: '$request.header.Authorization, $context.routeKey',
          authorizerUri:
            'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:111111111111:function:auth/invocations',
          authorizerPayloadFormatVersion: '2.0',
          authorizerResultTtlInSeconds: 0,
          enableSimpleResponses: true,
        },
      },
    },
    'x-amazon-apigateway-integrations': {
      pets: {
        type: 'aws_proxy',
        httpMethod: 'POST',
        uri: 'arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:pets',
        payloadFormatVersion: '2.0',
      },
    },
  },
}

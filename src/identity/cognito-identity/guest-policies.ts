// What a guest may at most in the enhanced flow, whatever the role says: AWS gives their sessions an inline policy and
// a managed one, and what either allows they allow.
// https://docs.aws.amazon.com/cognito/latest/developerguide/iam-roles.html, "Access policies"
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonCognitoUnAuthedIdentitiesSessionPolicy.html

/** AWS: the inline policy lets a guest reach the services for browsers and telephones. The list is not verified. [guide: iam-roles] */
const INLINE = [
  'appsync:*',
  'cloudwatch:*',
  'cognito-identity:*',
  'cognito-idp:*',
  'cognito-sync:*',
  'comprehend:*',
  'dynamodb:*',
  'execute-api:*',
  'firehose:*',
  'gamelift:*',
  'geo:*',
  'iot:*',
  'kinesis:*',
  'lambda:*',
  'lex:*',
  'logs:*',
  'machinelearning:*',
  'mobileanalytics:*',
  'mobiletargeting:*',
  'personalize:*',
  'polly:*',
  'rekognition:*',
  'rum:*',
  's3:*',
  'sagemaker:InvokeEndpoint',
  'sdb:*',
  'ses:*',
  'sns:*',
  'sqs:*',
  'transcribe:*',
  'translate:*',
]

/** AWS: AmazonCognitoUnAuthedIdentitiesSessionPolicy, version 3. [managed policy reference] */
const MANAGED = [
  'rum:PutRumEvents',
  'sagemaker:InvokeEndpoint',
  'polly:*',
  'comprehend:*',
  'translate:*',
  'transcribe:*',
  'rekognition:*',
  'mobiletargeting:*',
  'firehose:*',
  'personalize:*',
  'geo:GetMap*',
  'geo:SearchPlaceIndex*',
  'geo:GetPlace',
  'geo:CalculateRoute*',
  'geo:*Geofence',
  'geo:*Geofences',
  'geo:*DevicePosition*',
  'kms:Encrypt',
  'kms:Decrypt',
  'kms:ReEncryptTo',
  'kms:ReEncryptFrom',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyPair',
  'kms:GenerateDataKeyPairWithoutPlaintext',
  'kms:GenerateDataKeyWithoutPlaintext',
]

const allowing = (Action: readonly string[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] })

export const GUEST_POLICIES: readonly string[] = [allowing(INLINE), allowing(MANAGED)]

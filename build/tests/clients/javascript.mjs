// Asks the embedded cloud what a program with AWS's SDK for JavaScript asks. See README.md beside this file.
import assert from 'node:assert/strict'
import * as cognito from '@aws-sdk/client-cognito-identity-provider'
import * as dynamodb from '@aws-sdk/client-dynamodb'
import * as ec2 from '@aws-sdk/client-ec2'
import * as iam from '@aws-sdk/client-iam'
import * as kinesis from '@aws-sdk/client-kinesis'
import * as route53 from '@aws-sdk/client-route-53'
import * as scheduler from '@aws-sdk/client-scheduler'
import * as sts from '@aws-sdk/client-sts'

const settings = { region: process.env.AWS_REGION ?? 'us-east-1', endpoint: process.env.AWS_ENDPOINT_URL }
let calls = 0
// client makes a function that sends commands by their names.
const client = (module, name, more = {}) => {
  const to = new module[name + 'Client']({ ...settings, ...more })
  return (command, input = {}) => (calls++, to.send(new module[command + 'Command'](input)))
}
const refused = async (name, call) => {
  const error = await call.then(() => null, e => e)
  assert.equal(error?.name, name)
  return error
}
const services = {
  async sts() {
    const ask = client(sts, 'STS')
    assert.equal((await ask('GetCallerIdentity')).Account, '123456789012')
  },
  async iam() {
    const ask = client(iam, 'IAM')
    const trust = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: '123456789012' } }] }
    const allow = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'dynamodb:*', Resource: '*' }] }
    const { Role } = await ask('CreateRole', { RoleName: 'js-client', AssumeRolePolicyDocument: JSON.stringify(trust), Tags: [{ Key: 'a', Value: '1' }] })
    await ask('PutRolePolicy', { RoleName: 'js-client', PolicyName: 'p', PolicyDocument: JSON.stringify(allow) })
    assert.deepEqual((await ask('ListRolePolicies', { RoleName: 'js-client' })).PolicyNames, ['p'])
    assert.deepEqual((await ask('GetRole', { RoleName: 'js-client' })).Role.Tags, [{ Key: 'a', Value: '1' }])
    const { Credentials: c } = await client(sts, 'STS')('AssumeRole', { RoleArn: Role.Arn, RoleSessionName: 'try' })
    const credentials = { accessKeyId: c.AccessKeyId, secretAccessKey: c.SecretAccessKey, sessionToken: c.SessionToken }
    await client(dynamodb, 'DynamoDB', { credentials })('ListTables')
    await refused('UnauthorizedOperation', client(ec2, 'EC2', { credentials })('DescribeInstances'))
    await ask('DeleteRolePolicy', { RoleName: 'js-client', PolicyName: 'p' })
    await ask('DeleteRole', { RoleName: 'js-client' })
    await refused('NoSuchEntityException', ask('GetRole', { RoleName: 'js-client' }))
  },
  async dynamodb() {
    const ask = client(dynamodb, 'DynamoDB')
    const made = await ask('CreateTable', { TableName: 'js-client', BillingMode: 'PAY_PER_REQUEST', KeySchema: [{ AttributeName: 'p', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'p', AttributeType: 'S' }] })
    assert.equal(made.TableDescription.TableStatus, 'CREATING')
    await ask('PutItem', { TableName: 'js-client', Item: { p: { S: 'a' }, b: { B: new Uint8Array([0, 255]) }, n: { N: '1' } } })
    const put = { TableName: 'js-client', Item: { p: { S: 'a' } }, ConditionExpression: 'attribute_not_exists(p)', ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }
    const failed = await refused('ConditionalCheckFailedException', ask('PutItem', put))
    assert.deepEqual([failed.message, failed.Item.n], ['The conditional request failed', { N: '1' }])
    const cancelled = await refused('TransactionCanceledException', ask('TransactWriteItems', { TransactItems: [{ Put: put }] }))
    assert.equal(cancelled.CancellationReasons[0].Code, 'ConditionalCheckFailed')
    assert.match(cancelled.message, /^Transaction cancelled/)
    const updated = await ask('UpdateItem', { TableName: 'js-client', Key: { p: { S: 'a' } }, UpdateExpression: 'ADD n :n', ExpressionAttributeValues: { ':n': { N: '2' } }, ReturnValues: 'ALL_NEW' })
    assert.deepEqual([updated.Attributes.n, [...updated.Attributes.b.B]], [{ N: '3' }, [0, 255]])
    assert.equal((await ask('Query', { TableName: 'js-client', KeyConditionExpression: 'p = :p', ExpressionAttributeValues: { ':p': { S: 'a' } } })).Count, 1)
    await ask('DeleteTable', { TableName: 'js-client' })
  },
  async kinesis() {
    const ask = client(kinesis, 'Kinesis')
    await ask('CreateStream', { StreamName: 'js-client', ShardCount: 1 })
    await kinesis.waitUntilStreamExists({ client: new kinesis.KinesisClient(settings), maxWaitTime: 30, minDelay: 1, maxDelay: 1 }, { StreamName: 'js-client' })
    await ask('PutRecords', { StreamName: 'js-client', Records: [{ PartitionKey: 'a', Data: Buffer.from('one') }, { PartitionKey: 'a', Data: Buffer.from('two') }] })
    const [shard] = (await ask('ListShards', { StreamName: 'js-client' })).Shards
    const { ShardIterator } = await ask('GetShardIterator', { StreamName: 'js-client', ShardId: shard.ShardId, ShardIteratorType: 'TRIM_HORIZON' })
    const { Records } = await ask('GetRecords', { ShardIterator })
    assert.deepEqual(Records.map(r => Buffer.from(r.Data).toString()), ['one', 'two'])
    const { StreamDescriptionSummary: s } = await ask('DescribeStreamSummary', { StreamName: 'js-client' })
    assert.equal(s.OpenShardCount, 1)
    await refused('ResourceNotFoundException', ask('DescribeStreamSummary', { StreamName: 'none' }))
    await ask('DeleteStream', { StreamName: 'js-client' })
  },
  async ec2() {
    const ask = client(ec2, 'EC2')
    const [zone] = (await ask('DescribeAvailabilityZones')).AvailabilityZones
    assert.match(zone.GroupLongName, / 1$/)
    const [image] = (await ask('DescribeImages', { Owners: ['amazon'] })).Images
    const { Instances: [{ InstanceId }] } = await ask('RunInstances', { ImageId: image.ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 })
    const to = new ec2.EC2Client(settings)
    const wait = { client: to, maxWaitTime: 60, minDelay: 1, maxDelay: 1 }
    await ec2.waitUntilInstanceRunning(wait, { InstanceIds: [InstanceId] })
    await ask('CreateTags', { Resources: [InstanceId], Tags: [{ Key: 'by', Value: 'js-client' }] })
    await ask('StopInstances', { InstanceIds: [InstanceId] })
    await ec2.waitUntilInstanceStopped(wait, { InstanceIds: [InstanceId] })
    await ask('StartInstances', { InstanceIds: [InstanceId] })
    await ask('TerminateInstances', { InstanceIds: [InstanceId] })
    await refused('InvalidInstanceID.NotFound', ask('DescribeInstances', { InstanceIds: ['i-0123456789abcdef0'] }))
  },
  async route53() {
    const ask = client(route53, 'Route53')
    const { HostedZone } = await ask('CreateHostedZone', { Name: 'js.example', CallerReference: String(Date.now()) })
    const set = { Name: 'a.js.example', Type: 'A', TTL: 60, ResourceRecords: [{ Value: '10.0.0.1' }] }
    const change = Action => ask('ChangeResourceRecordSets', { HostedZoneId: HostedZone.Id, ChangeBatch: { Changes: [{ Action, ResourceRecordSet: set }] } })
    const { ChangeInfo } = await change('UPSERT')
    assert.equal((await ask('GetChange', { Id: ChangeInfo.Id })).ChangeInfo.Status, 'INSYNC')
    assert.equal((await ask('ListResourceRecordSets', { HostedZoneId: HostedZone.Id })).ResourceRecordSets.length, 3)
    await refused('InvalidChangeBatch', change('CREATE'))
    await change('DELETE')
    await ask('DeleteHostedZone', { Id: HostedZone.Id })
    await refused('InvalidVPCId', ask('CreateHostedZone', { Name: 'js.example', CallerReference: 'vpc', VPC: { VPCRegion: 'us-east-1', VPCId: 'vpc-0' } }))
  },
  async scheduler() {
    const ask = client(scheduler, 'Scheduler')
    await ask('CreateScheduleGroup', { Name: 'js-client' })
    await ask('CreateSchedule', { Name: 'once', GroupName: 'js-client', ScheduleExpression: 'at(2099-01-01T00:00:00)', FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: 'arn:aws:scheduler:::aws-sdk:ec2:stopInstances', RoleArn: 'arn:aws:iam::123456789012:role/avatar-launcher-stop', Input: '{"InstanceIds":[]}' } })
    assert.equal((await ask('GetSchedule', { Name: 'once', GroupName: 'js-client' })).State, 'ENABLED')
    assert.equal((await ask('ListSchedules', { GroupName: 'js-client' })).Schedules.length, 1)
    await ask('DeleteSchedule', { Name: 'once', GroupName: 'js-client' })
    await refused('ResourceNotFoundException', ask('GetSchedule', { Name: 'once', GroupName: 'js-client' }))
    await ask('DeleteScheduleGroup', { Name: 'js-client' })
  },
  async cognito() {
    const ask = client(cognito, 'CognitoIdentityProvider')
    const { UserPool } = await ask('CreateUserPool', { PoolName: 'js-client' })
    const { UserPoolClient } = await ask('CreateUserPoolClient', { UserPoolId: UserPool.Id, ClientName: 'js-client', ExplicitAuthFlows: ['ALLOW_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH'] })
    await ask('AdminCreateUser', { UserPoolId: UserPool.Id, Username: 'u', MessageAction: 'SUPPRESS' })
    await ask('AdminSetUserPassword', { UserPoolId: UserPool.Id, Username: 'u', Password: 'Passw0rd!x', Permanent: true })
    const auth = Password => ask('InitiateAuth', { ClientId: UserPoolClient.ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: { USERNAME: 'u', PASSWORD: Password } })
    const { AuthenticationResult: tokens } = await auth('Passw0rd!x')
    assert.equal((await ask('GetUser', { AccessToken: tokens.AccessToken })).Username, 'u')
    await refused('NotAuthorizedException', auth('wrong'))
    await ask('DeleteUserPool', { UserPoolId: UserPool.Id })
  },
}
let failures = 0
for (const [name, run] of Object.entries(services)) {
  const before = calls
  try {
    await run()
    console.log(`${name}: ${calls - before} calls`)
  } catch (error) {
    failures++
    console.log(`${name}: ${error.stack}`)
  }
}
console.log(`${calls} calls, ${failures} services with a failure`)
process.exit(failures ? 1 : 0)

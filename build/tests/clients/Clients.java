import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cognitoidentityprovider.CognitoIdentityProviderClient;
import software.amazon.awssdk.services.cognitoidentityprovider.model.NotAuthorizedException;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.*;
import software.amazon.awssdk.services.ec2.Ec2Client;
import software.amazon.awssdk.services.ec2.model.Ec2Exception;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.ShardIteratorType;
import software.amazon.awssdk.services.route53.Route53Client;
import software.amazon.awssdk.services.route53.model.InvalidChangeBatchException;
import software.amazon.awssdk.services.scheduler.SchedulerClient;
import software.amazon.awssdk.services.sts.StsClient;

/** Asks the embedded cloud what a program with AWS's SDK for Java asks, with its default settings. */
public class Clients {
    static final URI ENDPOINT = URI.create(System.getenv("AWS_ENDPOINT_URL"));

    static <B extends AwsClientBuilder<B, C>, C> C make(B builder) {
        return builder.endpointOverride(ENDPOINT).region(Region.US_EAST_1).build();
    }

    static void same(Object got, Object want) {
        if (!want.equals(got)) throw new AssertionError(got + ", want " + want);
    }

    static <E extends Exception> E refused(Class<E> kind, Callable<?> call) throws Exception {
        try {
            call.call();
        } catch (Exception e) {
            if (kind.isInstance(e)) return kind.cast(e);
            throw e;
        }
        throw new AssertionError("not refused by " + kind.getSimpleName());
    }

    interface Part { void run() throws Exception; }

    public static void main(String[] args) {
        Map<String, Part> parts = Map.of("sts and iam", Clients::roles, "dynamodb", Clients::tables, "kinesis", Clients::stream,
            "ec2", Clients::instances, "route53", Clients::zones, "scheduler", Clients::schedules, "cognito", Clients::users);
        int failures = 0;
        for (String name : parts.keySet().stream().sorted().collect(Collectors.toList())) {
            try {
                parts.get(name).run();
                System.out.println(name + ": done");
            } catch (Throwable e) {
                failures++;
                System.out.println(name + ": " + e);
            }
        }
        System.out.println(parts.size() + " parts, " + failures + " with a failure");
        System.exit(failures == 0 ? 0 : 1);
    }

    static void roles() {
        same(make(StsClient.builder()).getCallerIdentity().account(), "123456789012");
        IamClient iam = make(IamClient.builder());
        String trust = "{\"Version\":\"2012-10-17\",\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"AWS\":\"123456789012\"}}}";
        String arn = iam.createRole(r -> r.roleName("java").assumeRolePolicyDocument(trust)).role().arn();
        iam.attachRolePolicy(r -> r.roleName("java").policyArn("arn:aws:iam::aws:policy/AdministratorAccess"));
        same(iam.listAttachedRolePolicies(r -> r.roleName("java")).attachedPolicies().size(), 1);
        make(StsClient.builder()).assumeRole(r -> r.roleArn(arn).roleSessionName("try"));
        iam.detachRolePolicy(r -> r.roleName("java").policyArn("arn:aws:iam::aws:policy/AdministratorAccess"));
        iam.deleteRole(r -> r.roleName("java"));
    }

    static void tables() throws Exception {
        DynamoDbClient db = make(DynamoDbClient.builder());
        db.createTable(r -> r.tableName("java").billingMode(BillingMode.PAY_PER_REQUEST)
            .keySchema(k -> k.attributeName("p").keyType(KeyType.HASH))
            .attributeDefinitions(a -> a.attributeName("p").attributeType(ScalarAttributeType.S)));
        db.waiter().waitUntilTableExists(r -> r.tableName("java"));
        Map<String, AttributeValue> item = Map.of("p", AttributeValue.fromS("a"), "n", AttributeValue.fromN("1"));
        db.putItem(r -> r.tableName("java").item(item));
        ConditionalCheckFailedException failed = refused(ConditionalCheckFailedException.class, () -> db.putItem(r -> r.tableName("java").item(item)
            .conditionExpression("attribute_not_exists(p)").returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)));
        same(failed.item().get("n").n(), "1");
        same(failed.awsErrorDetails().errorMessage(), "The conditional request failed");
        TransactionCanceledException cancelled = refused(TransactionCanceledException.class, () -> db.transactWriteItems(r -> r.transactItems(
            t -> t.put(p -> p.tableName("java").item(item).conditionExpression("attribute_not_exists(p)")))));
        same(cancelled.cancellationReasons().get(0).code(), "ConditionalCheckFailed");
        same(db.query(r -> r.tableName("java").keyConditionExpression("p = :p")
            .expressionAttributeValues(Map.of(":p", AttributeValue.fromS("a")))).count(), 1);
        db.deleteTable(r -> r.tableName("java"));
    }

    static void stream() throws Exception {
        KinesisClient k = make(KinesisClient.builder());
        k.createStream(r -> r.streamName("java").shardCount(1));
        k.waiter().waitUntilStreamExists(r -> r.streamName("java"));
        k.putRecords(r -> r.streamName("java").records(List.of(
            PutRecordsRequestEntry.builder().partitionKey("a").data(SdkBytes.fromUtf8String("one")).build(),
            PutRecordsRequestEntry.builder().partitionKey("a").data(SdkBytes.fromUtf8String("two")).build())));
        String shard = k.listShards(r -> r.streamName("java")).shards().get(0).shardId();
        String iterator = k.getShardIterator(r -> r.streamName("java").shardId(shard).shardIteratorType(ShardIteratorType.TRIM_HORIZON)).shardIterator();
        same(k.getRecords(r -> r.shardIterator(iterator)).records().stream().map(x -> x.data().asUtf8String()).collect(Collectors.toList()), List.of("one", "two"));
        refused(software.amazon.awssdk.services.kinesis.model.ResourceNotFoundException.class, () -> k.describeStreamSummary(r -> r.streamName("none")));
        k.deleteStream(r -> r.streamName("java"));
    }

    static void instances() throws Exception {
        Ec2Client ec2 = make(Ec2Client.builder());
        String image = ec2.describeImages(r -> r.owners("amazon")).images().get(0).imageId();
        String id = ec2.runInstances(r -> r.imageId(image).instanceType("t3.micro").minCount(1).maxCount(1)).instances().get(0).instanceId();
        ec2.waiter().waitUntilInstanceRunning(r -> r.instanceIds(id));
        ec2.stopInstances(r -> r.instanceIds(id));
        ec2.waiter().waitUntilInstanceStopped(r -> r.instanceIds(id));
        ec2.terminateInstances(r -> r.instanceIds(id));
        Ec2Exception e = refused(Ec2Exception.class, () -> ec2.describeInstances(r -> r.instanceIds("i-0123456789abcdef0")));
        same(e.awsErrorDetails().errorCode(), "InvalidInstanceID.NotFound");
    }

    static void zones() throws Exception {
        Route53Client dns = make(Route53Client.builder());
        String id = dns.createHostedZone(r -> r.name("java.example").callerReference("java")).hostedZone().id();
        Callable<?> create = () -> dns.changeResourceRecordSets(r -> r.hostedZoneId(id).changeBatch(b -> b.changes(c -> c.action("CREATE")
            .resourceRecordSet(s -> s.name("a.java.example").type("A").ttl(60L).resourceRecords(x -> x.value("10.0.0.1"))))));
        create.call();
        refused(InvalidChangeBatchException.class, create);
        same(dns.listResourceRecordSets(r -> r.hostedZoneId(id)).resourceRecordSets().size(), 3);
    }

    static void schedules() throws Exception {
        SchedulerClient s = make(SchedulerClient.builder());
        s.createScheduleGroup(r -> r.name("java"));
        s.createSchedule(r -> r.name("once").groupName("java").scheduleExpression("at(2099-01-01T00:00:00)").flexibleTimeWindow(w -> w.mode("OFF"))
            .target(t -> t.arn("arn:aws:scheduler:::aws-sdk:ec2:stopInstances").roleArn("arn:aws:iam::123456789012:role/avatar-launcher-stop").input("{\"InstanceIds\":[]}")));
        same(s.getSchedule(r -> r.name("once").groupName("java")).stateAsString(), "ENABLED");
        s.deleteSchedule(r -> r.name("once").groupName("java"));
        s.deleteScheduleGroup(r -> r.name("java"));
    }

    static void users() throws Exception {
        CognitoIdentityProviderClient c = make(CognitoIdentityProviderClient.builder());
        String pool = c.createUserPool(r -> r.poolName("java")).userPool().id();
        String client = c.createUserPoolClient(r -> r.userPoolId(pool).clientName("java")
            .explicitAuthFlowsWithStrings("ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")).userPoolClient().clientId();
        c.adminCreateUser(r -> r.userPoolId(pool).username("u").messageAction("SUPPRESS"));
        c.adminSetUserPassword(r -> r.userPoolId(pool).username("u").password("Passw0rd!x").permanent(true));
        String access = c.initiateAuth(r -> r.clientId(client).authFlow("USER_PASSWORD_AUTH")
            .authParameters(Map.of("USERNAME", "u", "PASSWORD", "Passw0rd!x"))).authenticationResult().accessToken();
        same(c.getUser(r -> r.accessToken(access)).username(), "u");
        refused(NotAuthorizedException.class, () -> c.initiateAuth(r -> r.clientId(client).authFlow("USER_PASSWORD_AUTH")
            .authParameters(Map.of("USERNAME", "u", "PASSWORD", "wrong"))));
        c.deleteUserPool(r -> r.userPoolId(pool));
    }
}

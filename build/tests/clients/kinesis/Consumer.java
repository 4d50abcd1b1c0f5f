import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.cloudwatch.CloudWatchAsyncClient;
import software.amazon.awssdk.services.dynamodb.DynamoDbAsyncClient;
import software.amazon.awssdk.services.kinesis.KinesisAsyncClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.Shard;
import software.amazon.kinesis.common.ConfigsBuilder;
import software.amazon.kinesis.common.InitialPositionInStream;
import software.amazon.kinesis.common.InitialPositionInStreamExtended;
import software.amazon.kinesis.common.KinesisClientUtil;
import software.amazon.kinesis.coordinator.Scheduler;
import software.amazon.kinesis.lifecycle.events.InitializationInput;
import software.amazon.kinesis.lifecycle.events.LeaseLostInput;
import software.amazon.kinesis.lifecycle.events.ProcessRecordsInput;
import software.amazon.kinesis.lifecycle.events.ShardEndedInput;
import software.amazon.kinesis.lifecycle.events.ShutdownRequestedInput;
import software.amazon.kinesis.metrics.NullMetricsFactory;
import software.amazon.kinesis.processor.ShardRecordProcessor;
import software.amazon.kinesis.processor.SingleStreamTracker;
import software.amazon.kinesis.retrieval.polling.PollingConfig;

/**
 * Two workers of AWS's consumer library share a stream's shards by leases while the stream is resharded:
 * Consumer [polling]. Consumer fanout STREAM RECORDS reads a stream that something else has fed, by one worker.
 */
public class Consumer {
    static final URI ENDPOINT = URI.create(System.getenv("AWS_ENDPOINT_URL"));
    static final Region REGION = Region.US_EAST_1;
    static String STREAM = "kcl-" + System.nanoTime();
    static final int RECORDS = Integer.getInteger("records", 300);
    static final Map<String, String> shardOf = new ConcurrentHashMap<>(); // by record
    static final Map<String, String> workersOf = new ConcurrentHashMap<>(); // by shard
    static final AtomicInteger repeated = new AtomicInteger();
    static final Map<String, Boolean> ended = new ConcurrentHashMap<>();

    static class Processor implements ShardRecordProcessor {
        final String worker;
        String shard;

        Processor(String worker) { this.worker = worker; }

        public void initialize(InitializationInput input) {
            shard = input.shardId();
            workersOf.merge(shard, worker, (a, b) -> a.contains(b) ? a : a + "," + b);
        }

        public void processRecords(ProcessRecordsInput input) {
            input.records().forEach(r -> {
                String text = SdkBytes.fromByteBuffer(r.data()).asUtf8String();
                if (shardOf.put(text, shard) != null) repeated.incrementAndGet();
            });
            checkpoint(() -> input.checkpointer().checkpoint());
        }

        public void leaseLost(LeaseLostInput input) { }

        public void shardEnded(ShardEndedInput input) {
            ended.put(shard, true);
            checkpoint(() -> input.checkpointer().checkpoint());
        }

        public void shutdownRequested(ShutdownRequestedInput input) { checkpoint(() -> input.checkpointer().checkpoint()); }
    }

    interface Checked { void run() throws Exception; }

    static void checkpoint(Checked how) {
        try {
            how.run();
        } catch (Exception e) {
            System.out.println("checkpoint: " + e);
        }
    }

    static Scheduler worker(String name, KinesisAsyncClient kinesis, boolean fanOut) {
        DynamoDbAsyncClient tables = DynamoDbAsyncClient.builder().endpointOverride(ENDPOINT).region(REGION).build();
        CloudWatchAsyncClient metrics = CloudWatchAsyncClient.builder().endpointOverride(ENDPOINT).region(REGION).build();
        SingleStreamTracker tracker = new SingleStreamTracker(STREAM,
            InitialPositionInStreamExtended.newInitialPosition(InitialPositionInStream.TRIM_HORIZON));
        ConfigsBuilder c = new ConfigsBuilder(tracker, STREAM, kinesis, tables, metrics, name, () -> new Processor(name));
        var leases = c.leaseManagementConfig().failoverTimeMillis(4000).shardSyncIntervalMillis(2000);
        leases.workerUtilizationAwareAssignmentConfig().workerMetricsReporterFreqInMillis(1000).disableWorkerMetrics(true);
        var retrieval = c.retrievalConfig();
        if (!fanOut) retrieval.retrievalSpecificConfig(new PollingConfig(STREAM, kinesis).idleTimeBetweenReadsInMillis(250));
        return new Scheduler(c.checkpointConfig(), c.coordinatorConfig().parentShardPollIntervalMillis(500), leases,
            c.lifecycleConfig(), c.metricsConfig().metricsFactory(new NullMetricsFactory()), c.processorConfig(), retrieval);
    }

    static void put(KinesisAsyncClient kinesis, int from, int n) {
        List<PutRecordsRequestEntry> entries = IntStream.range(from, from + n).mapToObj(i -> PutRecordsRequestEntry.builder()
            .partitionKey("key-" + i).data(SdkBytes.fromUtf8String("record " + i)).build()).collect(Collectors.toList());
        if (kinesis.putRecords(r -> r.streamName(STREAM).records(entries)).join().failedRecordCount() != 0) throw new AssertionError("put");
    }

    static void until(String what, int seconds, java.util.function.BooleanSupplier done) throws Exception {
        long began = System.nanoTime();
        while (!done.getAsBoolean()) {
            if (System.nanoTime() - began > TimeUnit.SECONDS.toNanos(seconds)) throw new AssertionError("not within " + seconds + " s: " + what);
            Thread.sleep(100);
        }
        System.out.printf("%s: %.1f s%n", what, (System.nanoTime() - began) / 1e9);
    }

    static List<Shard> shards(KinesisAsyncClient k) { return k.listShards(r -> r.streamName(STREAM)).join().shards(); }

    static void active(KinesisAsyncClient k) { k.waiter().waitUntilStreamExists(r -> r.streamName(STREAM)).join(); }

    public static void main(String[] args) throws Exception {
        boolean fanOut = args.length == 0 || !args[0].equals("polling");
        KinesisAsyncClient k = KinesisClientUtil.createKinesisAsyncClient(KinesisAsyncClient.builder().endpointOverride(ENDPOINT).region(REGION));
        if (args.length == 3) {
            STREAM = args[1];
            int n = Integer.parseInt(args[2]);
            new Thread(worker("one", k, fanOut)).start();
            until("consumer: " + n + " of the producer's records", 120, () -> shardOf.size() == n);
            System.exit(0);
        }
        k.createStream(r -> r.streamName(STREAM).shardCount(2)).join();
        active(k);
        put(k, 0, RECORDS);
        List<Scheduler> workers = List.of(worker("one", k, fanOut), worker("two", k, fanOut));
        workers.forEach(w -> new Thread(w).start());
        until(RECORDS + " records of two shards", 120, () -> shardOf.size() == RECORDS);
        until("both workers hold a shard", 120, () -> String.join(",", workersOf.values()).contains("one") && String.join(",", workersOf.values()).contains("two"));

        Shard first = shards(k).get(0);
        String middle = new java.math.BigInteger(first.hashKeyRange().endingHashKey()).add(new java.math.BigInteger(first.hashKeyRange().startingHashKey()))
            .shiftRight(1).toString();
        k.splitShard(r -> r.streamName(STREAM).shardToSplit(first.shardId()).newStartingHashKey(middle)).join();
        active(k);
        put(k, RECORDS, RECORDS);
        until("as many again after a split", 180, () -> shardOf.size() == 2 * RECORDS);
        if (!ended.containsKey(first.shardId())) throw new AssertionError("the parent was not read to its end");

        List<Shard> open = shards(k).stream().filter(s -> s.sequenceNumberRange().endingSequenceNumber() == null)
            .sorted((a, b) -> new java.math.BigInteger(a.hashKeyRange().startingHashKey()).compareTo(new java.math.BigInteger(b.hashKeyRange().startingHashKey())))
            .collect(Collectors.toList());
        k.mergeShards(r -> r.streamName(STREAM).shardToMerge(open.get(0).shardId()).adjacentShardToMerge(open.get(1).shardId())).join();
        active(k);
        put(k, 2 * RECORDS, RECORDS);
        until("as many again after a merge", 180, () -> shardOf.size() == 3 * RECORDS);

        System.out.println((fanOut ? "fan-out: " : "polling: ") + new TreeMap<>(workersOf) + ", ended " + new java.util.TreeSet<>(ended.keySet())
            + ", " + repeated + " records seen twice");
        System.out.println("done");
        System.exit(0);
    }
}

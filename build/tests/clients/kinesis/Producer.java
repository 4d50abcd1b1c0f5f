import com.amazonaws.auth.DefaultAWSCredentialsProviderChain;
import com.amazonaws.services.kinesis.producer.KinesisProducer;
import com.amazonaws.services.kinesis.producer.KinesisProducerConfiguration;
import com.amazonaws.services.kinesis.producer.UserRecordResult;
import com.google.common.util.concurrent.ListenableFuture;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** AWS's producer library feeds a stream: its native process speaks TLS only, to the port that is given. */
public class Producer {
    public static void main(String[] args) throws Exception {
        String stream = args[0];
        int port = Integer.parseInt(args[1]), records = Integer.parseInt(args[2]);
        KinesisProducerConfiguration c = new KinesisProducerConfiguration()
            .setRegion("us-east-1").setCredentialsProvider(new DefaultAWSCredentialsProviderChain())
            .setKinesisEndpoint("127.0.0.1").setKinesisPort(port).setVerifyCertificate(false)
            .setCloudwatchEndpoint("127.0.0.1").setCloudwatchPort(port).setMetricsLevel("none")
            .setStsEndpoint("127.0.0.1").setStsPort(port)
            .setRecordMaxBufferedTime(200).setRequestTimeout(10000).setLogLevel("warning");
        KinesisProducer producer = new KinesisProducer(c);
        long began = System.nanoTime();
        List<ListenableFuture<UserRecordResult>> results = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            ByteBuffer data = ByteBuffer.wrap(("record " + i).getBytes(StandardCharsets.UTF_8));
            results.add(producer.addUserRecord(stream, "key-" + i, data));
        }
        producer.flushSync();
        TreeSet<String> shards = new TreeSet<>();
        for (ListenableFuture<UserRecordResult> r : results) {
            if (!r.get().isSuccessful()) throw new AssertionError(r.get().getAttempts().toString());
            shards.add(r.get().getShardId());
        }
        System.out.printf("producer: %d records to %s in %.1f s%n", records, shards, (System.nanoTime() - began) / 1e9);
        producer.destroy();
        System.exit(0);
    }
}

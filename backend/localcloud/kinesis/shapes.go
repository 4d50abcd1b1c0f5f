package kinesis

import (
	"bytes"
	"encoding/json"

	"avatar-launcher/backend/localcloud/wire"
	"avatar-launcher/backend/localcloud/wire/shape"
)

// The shapes of Kinesis's model that several requests have.
var (
	nameShape     = shape.Text(1, 128, `[a-zA-Z0-9_.-]+`)
	arnShape      = shape.Text(1, 2048, `arn:aws.*:kinesis:.*:\d{12}:stream/\S+`)
	consumerShape = shape.Text(1, 2048, `^(arn):aws.*:kinesis:.*:\d{12}:.*stream\/[a-zA-Z0-9_.-]+\/consumer\/`+
		`[a-zA-Z0-9_.-]+:[0-9]+`)
	hashShape       = shape.Text(0, 0, `0|([1-9]\d{0,38})`)
	sequenceShape   = shape.Text(0, 0, `0|([1-9]\d{0,128})`)
	tokenShape      = shape.Text(1, 1048576, "")
	timestampShape  = &shape.Shape{Kind: shape.Timestamp}
	blobShape       = &shape.Shape{Kind: shape.Blob}
	booleanShape    = &shape.Shape{Kind: shape.Boolean}
	tagsShape       = shape.MapOf(shape.Text(1, 128, ""), shape.Text(0, 256, ""), 1, 200)
	modeShape       = shape.Of(needed("StreamMode", shape.OneOf("PROVISIONED", "ON_DEMAND")))
	pageShape       = shape.Number(1, 10000)
	sizeShape       = shape.Number(1024, 10240)
	keyShape        = shape.Text(1, 2048, "")
	encryptionShape = shape.OneOf("NONE", "KMS")
	filterShape     = shape.Of(needed("Type", shape.OneOf("AFTER_SHARD_ID", "AT_TRIM_HORIZON", "FROM_TRIM_HORIZON",
		"AT_LATEST", "AT_TIMESTAMP", "FROM_TIMESTAMP")), member("ShardId", nameShape), member("Timestamp", timestampShape))
	recordMembers = []shape.Member{needed("PartitionKey", shape.Text(1, 256, "")), member("ExplicitHashKey", hashShape),
		needed("Data", blobShape)}
	onConsumer = shape.Of(member("ConsumerName", nameShape), member("StreamARN", arnShape),
		member("ConsumerARN", consumerShape))
	positionShape = shape.OneOf("AFTER_SEQUENCE_NUMBER", "LATEST", "AT_TIMESTAMP", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON")
)

func member(name string, s *shape.Shape) shape.Member { return shape.Member{Name: name, Shape: s} }

func needed(name string, s *shape.Shape) shape.Member {
	return shape.Member{Name: name, Shape: s, Required: true}
}

// onStream is the shape of a request that names a stream by its name or its ARN.
func onStream(members ...shape.Member) *shape.Shape {
	return shape.Of(append(members, member("StreamARN", arnShape),
		shape.Member{Name: "StreamName", Shape: nameShape, Required: true, UnlessGiven: "StreamARN"})...)
}

// requests are the shapes of the requests, by operation.
var requests = map[string]*shape.Shape{
	"CreateStream": shape.Of(member("ShardCount", shape.Number(1, 0)), member("StreamModeDetails", modeShape),
		member("Tags", tagsShape), member("MaxRecordSizeInKiB", sizeShape), needed("StreamName", nameShape)),
	"DeleteStream": onStream(member("EnforceConsumerDeletion", booleanShape)),
	"ListStreams": shape.Of(member("Limit", pageShape), member("ExclusiveStartStreamName", nameShape),
		member("NextToken", tokenShape)),
	"DescribeStream":                onStream(member("Limit", pageShape), member("ExclusiveStartShardId", nameShape)),
	"DescribeStreamSummary":         onStream(),
	"UpdateStreamMode":              shape.Of(needed("StreamARN", arnShape), needed("StreamModeDetails", modeShape)),
	"UpdateMaxRecordSize":           shape.Of(member("StreamARN", arnShape), needed("MaxRecordSizeInKiB", sizeShape)),
	"IncreaseStreamRetentionPeriod": onStream(needed("RetentionPeriodHours", shape.Number(1, 8760))),
	"DecreaseStreamRetentionPeriod": onStream(needed("RetentionPeriodHours", shape.Number(1, 8760))),
	"StartStreamEncryption":         onStream(needed("EncryptionType", encryptionShape), needed("KeyId", keyShape)),
	"StopStreamEncryption":          onStream(needed("EncryptionType", encryptionShape), needed("KeyId", keyShape)),
	"AddTagsToStream":               onStream(needed("Tags", tagsShape)),
	"RemoveTagsFromStream":          onStream(needed("TagKeys", shape.ListOf(shape.Text(1, 128, ""), 1, 50))),
	"ListTagsForStream": onStream(member("ExclusiveStartTagKey", shape.Text(1, 128, "")),
		member("Limit", shape.Number(1, 50))),
	"ListShards": shape.Of(member("NextToken", tokenShape), member("ExclusiveStartShardId", nameShape),
		member("MaxResults", pageShape), member("StreamCreationTimestamp", timestampShape),
		member("ShardFilter", filterShape), member("StreamARN", arnShape), member("StreamName", nameShape)),
	"SplitShard":  onStream(needed("ShardToSplit", nameShape), needed("NewStartingHashKey", hashShape)),
	"MergeShards": onStream(needed("ShardToMerge", nameShape), needed("AdjacentShardToMerge", nameShape)),
	"UpdateShardCount": onStream(needed("TargetShardCount", shape.Number(1, 0)),
		needed("ScalingType", shape.OneOf("UNIFORM_SCALING"))),
	"PutRecord":  onStream(append(recordMembers, member("SequenceNumberForOrdering", sequenceShape))...),
	"PutRecords": onStream(needed("Records", shape.ListOf(shape.Of(recordMembers...), 1, 500))),
	"GetShardIterator": onStream(needed("ShardId", nameShape), needed("ShardIteratorType", positionShape),
		member("StartingSequenceNumber", sequenceShape), member("Timestamp", timestampShape)),
	"GetRecords": shape.Of(member("Limit", pageShape), needed("ShardIterator", shape.Text(1, 512, ""))),
	"RegisterStreamConsumer": shape.Of(needed("ConsumerName", nameShape), needed("StreamARN", arnShape),
		member("Tags", tagsShape)),
	"DeregisterStreamConsumer": onConsumer,
	"DescribeStreamConsumer":   onConsumer,
	"ListStreamConsumers": shape.Of(member("NextToken", tokenShape), member("MaxResults", pageShape),
		needed("StreamARN", arnShape), member("StreamCreationTimestamp", timestampShape)),
	"SubscribeToShard": shape.Of(needed("ConsumerARN", consumerShape), needed("ShardId", nameShape),
		needed("StartingPosition", shape.Of(needed("Type", positionShape), member("SequenceNumber", sequenceShape),
			member("Timestamp", timestampShape)))),
}

// frequent are the operations whose requests are checked against their shapes only after they have failed, since a
// desktop makes them all the time.
var frequent = map[string]bool{"PutRecord": true, "PutRecords": true, "GetRecords": true, "GetShardIterator": true}

// misshapen is AWS's error if a request in JSON does not have its operation's shape.
func misshapen(c *wire.Call) *wire.Error {
	s, ok := requests[c.Operation]
	if !ok || isCBOR(c.Request.Header) {
		return nil
	}
	var v any = map[string]any{}
	if len(bytes.TrimSpace(c.Body)) > 0 {
		d := json.NewDecoder(bytes.NewReader(c.Body))
		d.UseNumber()
		if d.Decode(&v) != nil {
			return nil // which decode says
		}
	}
	if text := s.Mistyped(v); text != "" {
		return serialization("%s", text)
	}
	if text := s.Invalid(v); text != "" {
		return wire.Errorf(400, "ValidationException", "%s", text)
	}
	return nil
}

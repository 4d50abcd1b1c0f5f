package ingest

import (
	"bytes"
	"crypto/md5"
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// kplMagic is the start of a record that the Kinesis Producer Library aggregated. A protobuf AggregatedRecord and its
// MD5 follow.
// https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md
var kplMagic = []byte{0xf3, 0x89, 0x9a, 0xc2}

// userRecord is one record of an aggregate.
type userRecord struct {
	key  string
	data []byte
}

var errAggregate = errors.New("broken KPL aggregate")

// deaggregate splits an aggregated record. It returns false if data is a plain one. As in AWS's libraries, data with a
// wrong MD5 is a plain record that happens to start like an aggregate.
func deaggregate(data []byte) ([]userRecord, bool, error) {
	if len(data) < len(kplMagic)+md5.Size || !bytes.HasPrefix(data, kplMagic) {
		return nil, false, nil
	}
	body, sum := data[len(kplMagic):len(data)-md5.Size], data[len(data)-md5.Size:]
	if got := md5.Sum(body); !bytes.Equal(got[:], sum) {
		return nil, false, nil
	}
	var keys []string
	var records [][]byte
	err := fields(body, func(n protowire.Number, v []byte, _ uint64) {
		switch n {
		case 1: // partition_key_table
			keys = append(keys, string(v))
		case 3: // records
			records = append(records, v)
		}
	})
	if err != nil {
		return nil, true, err
	}
	users := make([]userRecord, 0, len(records))
	for _, r := range records {
		u, err := userRecordOf(r, keys)
		if err != nil {
			return nil, true, err
		}
		users = append(users, u)
	}
	return users, true, nil
}

func userRecordOf(record []byte, keys []string) (userRecord, error) {
	var u userRecord
	var index uint64
	err := fields(record, func(n protowire.Number, v []byte, i uint64) {
		switch n {
		case 1: // partition_key_index
			index = i
		case 3: // data
			u.data = v
		}
	})
	if err != nil {
		return u, err
	}
	if index >= uint64(len(keys)) {
		return u, fmt.Errorf("%w: partition key %d of %d", errAggregate, index, len(keys))
	}
	u.key = keys[index]
	return u, nil
}

// fields calls fn for each field of a protobuf message that holds bytes or a varint.
func fields(b []byte, fn func(n protowire.Number, v []byte, i uint64)) error {
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			return errAggregate
		}
		b = b[size:]
		switch kind {
		case protowire.BytesType:
			v, size := protowire.ConsumeBytes(b)
			if size < 0 {
				return errAggregate
			}
			fn(n, v, 0)
			b = b[size:]
		case protowire.VarintType:
			i, size := protowire.ConsumeVarint(b)
			if size < 0 {
				return errAggregate
			}
			fn(n, nil, i)
			b = b[size:]
		default:
			size := protowire.ConsumeFieldValue(n, kind, b)
			if size < 0 {
				return errAggregate
			}
			b = b[size:]
		}
	}
	return nil
}

package kinesis

import (
	"encoding/binary"
	"math/big"
	"strconv"
	"time"
)

// A sequence number is 56 decimal digits on the wire, as AWS's are: 47 hexadecimal digits "2", the shard's creation
// (10, seconds), a digit of the shard, the record's place in the shard (16), "0", the shard's creation again (9) and
// the shard (8), "2". Within a shard the numbers, read as numbers or as text, are in the order of the records.

// formatSequence writes the sequence number of place n in a shard.
func formatSequence(shard int, created time.Time, n uint64) string {
	secs := uint64(created.Unix())
	var b [24]byte // the 47 digits behind a zero
	binary.BigEndian.PutUint64(b[:], 2<<56|secs<<16|uint64(shard&0xf)<<12|n>>52)
	binary.BigEndian.PutUint64(b[8:], n<<12|secs>>28)
	binary.BigEndian.PutUint64(b[16:], secs<<36|uint64(shard)<<4|2)
	return new(big.Int).SetBytes(b[:]).String()
}

// continuation is a number behind that of place n in a shard and before that of place n+1: the "0" behind the place is
// "1". It continues a subscription and is no record's.
func continuation(shard int, created time.Time, n uint64) string {
	v, _ := new(big.Int).SetString(formatSequence(shard, created, n), 10)
	return v.Add(v, new(big.Int).Lsh(big.NewInt(1), 72)).String()
}

// parseSequence reads the place out of a sequence number of the given shard; false for anything else's.
func parseSequence(s string, shard int, created time.Time) (uint64, bool) {
	if len(s) != 56 {
		return 0, false
	}
	v, ok := new(big.Int).SetString(s, 10)
	if !ok || v.Sign() <= 0 {
		return 0, false
	}
	hex := v.Text(16)
	if len(hex) != 47 {
		return 0, false
	}
	n, err := strconv.ParseUint(hex[12:28], 16, 64)
	if err != nil || formatSequence(shard, created, n) != s && continuation(shard, created, n) != s {
		return 0, false
	}
	return n, true
}

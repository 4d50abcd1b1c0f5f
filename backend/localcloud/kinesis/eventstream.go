package kinesis

import (
	"encoding/binary"
	"hash/crc32"
)

// A message of application/vnd.amazon.eventstream is: total length (4 bytes), length of the headers (4), CRC-32 of
// these eight bytes, the headers, the payload, and the CRC-32 of everything before it. A header is the length of its
// name (1), the name, a type (7: string), the length of the value (2), the value.
// https://smithy.io/2.0/aws/amazon-eventstream.html

// header is one string header; messages keep the order they are given in.
type header struct{ name, value string }

const stringType = 7

// frame encodes one message.
func frame(headers []header, payload []byte) []byte {
	var h []byte
	for _, x := range headers {
		h = append(h, byte(len(x.name)))
		h = append(h, x.name...)
		h = append(h, stringType)
		h = binary.BigEndian.AppendUint16(h, uint16(len(x.value)))
		h = append(h, x.value...)
	}
	total := 12 + len(h) + len(payload) + 4
	b := make([]byte, 0, total)
	b = binary.BigEndian.AppendUint32(b, uint32(total))
	b = binary.BigEndian.AppendUint32(b, uint32(len(h)))
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	b = append(append(b, h...), payload...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// event frames one event of a stream.
func event(kind string, payload []byte) []byte {
	return frame([]header{
		{":message-type", "event"}, {":event-type", kind}, {":content-type", "application/x-amz-json-1.1"},
	}, payload)
}

// exception frames an error that ends a stream.
func exception(kind string, payload []byte) []byte {
	return frame([]header{
		{":message-type", "exception"}, {":exception-type", kind}, {":content-type", "application/x-amz-json-1.1"},
	}, payload)
}

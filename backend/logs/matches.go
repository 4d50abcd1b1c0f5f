package logs

import (
	"slices"
	"sort"
)

// matches holds line numbers in rising order. They are in blocks, so that both ends can grow.
type matches struct {
	blocks [][]uint64 // none of them empty
	count  int
}

// blockSize is the size up to which append extends the last block.
const blockSize = 4096

func (m *matches) append(seqs []uint64) {
	if len(seqs) == 0 {
		return
	}
	m.count += len(seqs)
	if n := len(m.blocks); n > 0 && len(m.blocks[n-1])+len(seqs) <= blockSize {
		m.blocks[n-1] = append(m.blocks[n-1], seqs...)
		return
	}
	m.blocks = append(m.blocks, seqs)
}

func (m *matches) prepend(seqs []uint64) {
	if len(seqs) > 0 {
		m.count += len(seqs)
		m.blocks = slices.Insert(m.blocks, 0, seqs)
	}
}

// trim removes the numbers below first.
func (m *matches) trim(first uint64) {
	for len(m.blocks) > 0 && m.blocks[0][len(m.blocks[0])-1] < first {
		m.count -= len(m.blocks[0])
		m.blocks = m.blocks[1:]
	}
	if len(m.blocks) > 0 {
		n, _ := slices.BinarySearch(m.blocks[0], first)
		m.blocks[0] = m.blocks[0][n:]
		m.count -= n
	}
}

// place returns the block and index of the first number that is seq or greater.
func (m *matches) place(seq uint64) (block, i int) {
	block = sort.Search(len(m.blocks), func(k int) bool { return m.blocks[k][len(m.blocks[k])-1] >= seq })
	if block < len(m.blocks) {
		i, _ = slices.BinarySearch(m.blocks[block], seq)
	}
	return block, i
}

// below returns how many numbers are smaller than seq.
func (m *matches) below(seq uint64) int {
	block, i := m.place(seq)
	for _, b := range m.blocks[:block] {
		i += len(b)
	}
	return i
}

// within returns at most limit of the numbers lo ≤ seq < hi: the first ones if forward is set, else the last.
func (m *matches) within(lo, hi uint64, limit int, forward bool) []uint64 {
	var out []uint64
	if forward {
		block, i := m.place(lo)
		for ; block < len(m.blocks) && len(out) < limit; block++ {
			for _, seq := range m.blocks[block][i:] {
				if seq >= hi || len(out) == limit {
					return out
				}
				out = append(out, seq)
			}
			i = 0
		}
		return out
	}
	block, i := m.place(hi)
	for len(out) < limit {
		if i == 0 {
			if block--; block < 0 {
				break
			}
			i = len(m.blocks[block])
			continue
		}
		i--
		if m.blocks[block][i] < lo {
			break
		}
		out = append(out, m.blocks[block][i])
	}
	slices.Reverse(out)
	return out
}

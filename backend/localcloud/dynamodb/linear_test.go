package dynamodb

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"avatar-launcher/backend/localcloud/store"
)

// Clients work on groups of registers: a transaction stays within a group, so that the checker can take each group's
// history by itself, while the service sees all of them at once. A client has two groups, which are thereby shared by
// eight clients each: the checker's work doubles with each operation that is in flight, however slow the machine.
const (
	groups    = 16
	registers = 3
)

// attempt is one client's operation on the registers: a read of all of them, or a conditional write of one or two.
type attempt struct {
	group    int
	read     bool
	register []int // written, in one transaction where there are two
	from, to []int // expected and new values
}

type outcome struct {
	ok   bool
	seen [registers]int
}

// model is what DynamoDB promises: one atomic step an operation.
var model = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		parts := make([][]porcupine.Operation, groups)
		for _, op := range history {
			g := op.Input.(attempt).group
			parts[g] = append(parts[g], op)
		}
		return parts
	},
	Init: func() any { return [registers]int{} },
	Step: func(state, in, out any) (bool, any) {
		s, a, o := state.([registers]int), in.(attempt), out.(outcome)
		if a.read {
			return s == o.seen, s
		}
		holds := true
		next := s
		for i, r := range a.register {
			holds = holds && s[r] == a.from[i]
			next[r] = a.to[i]
		}
		if !holds {
			return !o.ok, s
		}
		return o.ok, next
	},
	Equal: func(a, b any) bool { return a == b },
}

// do makes the call for an attempt.
func (c *client) do(a attempt) outcome {
	if a.read {
		return c.readRegisters(a.group)
	}
	bodies := make([]string, len(a.register))
	for i, r := range a.register {
		bodies[i] = fmt.Sprintf(`{"TableName":"sessions","Key":{"UserId":{"S":"g%dr%d"}},"UpdateExpression":"SET v = :to",`+
			`"ConditionExpression":"v = :from","ExpressionAttributeValues":{":from":{"N":"%d"},":to":{"N":"%d"}}}`, a.group, r,
			a.from[i], a.to[i])
	}
	if len(bodies) == 1 {
		return c.wrote("UpdateItem", bodies[0])
	}
	return c.wrote("TransactWriteItems",
		fmt.Sprintf(`{"TransactItems":[{"Update":%s},{"Update":%s}]}`, bodies[0], bodies[1]))
}

// wrote tells a false condition from any other failure, which there must not be.
func (c *client) wrote(op, body string) outcome {
	w := c.raw(op, body)
	if w.Code != 200 && !strings.Contains(w.Body.String(), "ConditionalCheckFailed") {
		c.tb.Errorf("%s: %s", op, w.Body)
	}
	return outcome{ok: w.Code == 200}
}

func (c *client) readRegisters(group int) outcome {
	gets := make([]string, registers)
	for i := range gets {
		gets[i] = fmt.Sprintf(`{"Get":{"TableName":"sessions","Key":{"UserId":{"S":"g%dr%d"}}}}`, group, i)
	}
	w := c.raw("TransactGetItems", `{"TransactItems":[`+strings.Join(gets, ",")+`]}`)
	var out struct {
		Responses []struct {
			Item struct {
				V struct {
					N int `json:",string"`
				}
			}
		}
	}
	var o outcome
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		panic(err)
	}
	for i, r := range out.Responses {
		o.seen[i] = r.Item.V.N
	}
	return o
}

// TestLinearizable: conditional writes, transactions and reads of 64 clients at once, on a store with a file, have
// an order in which each of them takes place at one moment.
func TestLinearizable(t *testing.T) {
	st, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	c := openClient(t, st, Options{})
	c.sessions()
	for i := range groups * registers {
		c.call("PutItem", `{"TableName":"sessions","Item":{"UserId":{"S":"g%dr%d"},"v":{"N":"0"}}}`, i/registers, i%registers)
	}
	const clients, each = 64, 30
	history := make([][]porcupine.Operation, clients)
	start := time.Now()
	var group sync.WaitGroup
	for id := range clients {
		group.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(id)))
			var known [groups][registers]int
			for n := range each {
				a := nextAttempt(random, (id+random.IntN(2))%groups, &known, id*each+n+1)
				called := time.Since(start)
				o := c.do(a)
				history[id] = append(history[id],
					porcupine.Operation{ClientId: id, Input: a, Call: int64(called), Output: o, Return: int64(time.Since(start))})
				if a.read {
					known[a.group] = o.seen
				}
			}
		})
	}
	group.Wait()
	var all []porcupine.Operation
	succeeded := 0
	for _, h := range history {
		all = append(all, h...)
		for _, op := range h {
			if op.Output.(outcome).ok {
				succeeded++
			}
		}
	}
	if succeeded == 0 {
		t.Error("no write succeeded, so that nothing was tested")
	}
	if got := porcupine.CheckOperationsTimeout(model, all, 5*time.Minute); got != porcupine.Ok {
		t.Fatalf("the history of %d operations, %d successful writes, is %v", len(all), succeeded, got)
	}
}

// nextAttempt reads a group half of the time, and otherwise writes one or two of its registers from the values last
// seen.
func nextAttempt(random *rand.Rand, g int, known *[groups][registers]int, to int) attempt {
	if random.IntN(2) == 0 {
		return attempt{group: g, read: true}
	}
	i := random.IntN(registers)
	a := attempt{group: g, register: []int{i}, from: []int{known[g][i]}, to: []int{to}}
	if random.IntN(2) == 0 {
		j := (i + 1 + random.IntN(registers-1)) % registers
		a.register, a.from, a.to = append(a.register, j), append(a.from, known[g][j]), append(a.to, to)
	}
	return a
}

// TestOneWinner: of 64 clients that claim the same instance, exactly one gets it.
func TestOneWinner(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	warm(c)
	var group sync.WaitGroup
	won := make(chan int, 64)
	for i := range 64 {
		group.Go(func() {
			body := fmt.Sprintf(`{"TransactItems":[
				{"Update":{"TableName":"sessions","Key":{"UserId":{"S":"i-1"}},"UpdateExpression":"SET #s = :c",
					"ConditionExpression":"#s = :w","ExpressionAttributeNames":{"#s":"State"},
					"ExpressionAttributeValues":{":c":{"S":"claimed"},":w":{"S":"warm"}}}},
				{"Put":{"TableName":"sessions","Item":{"UserId":{"S":"user%d"}},
					"ConditionExpression":"attribute_not_exists(UserId)"}}]}`, i)
			if c.raw("TransactWriteItems", body).Code == 200 {
				won <- i
			}
		})
	}
	group.Wait()
	close(won)
	if len(won) != 1 {
		t.Fatalf("%d clients won", len(won))
	}
	wantJSON(t, c.call("GetItem", `{"TableName":"sessions","Key":{"UserId":{"S":"user%d"}},"ProjectionExpression":"lost"}`,
		<-won)["Item"], `{}`)
}

// TestCounter: atomic additions from many clients lose nothing.
func TestCounter(t *testing.T) {
	c := newClient(t, Options{})
	c.sessions()
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			for range 10 {
				c.raw("UpdateItem", `{"TableName":"sessions","Key":{"UserId":{"S":"n"}},"UpdateExpression":"ADD n :one",`+
					`"ExpressionAttributeValues":{":one":{"N":"1"}}}`)
			}
		})
	}
	group.Wait()
	wantJSON(t, c.call("GetItem", `{"TableName":"sessions","Key":{"UserId":{"S":"n"}}}`)["Item"],
		`{"UserId":{"S":"n"},"n":{"N":"640"}}`)
}

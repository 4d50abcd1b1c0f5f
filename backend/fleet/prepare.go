package fleet

import (
	"context"
	"time"

	"avatar-launcher/backend"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"
)

// viewAge is how old a reading of the warm instances may be for a claim to trust it. A claim by an old one is safe
// all the same, by its conditions; it only costs a transaction that fails.
const viewAge = time.Minute

// seatsRow is the row of the leases table that counts seats.
const seatsRow = "seats"

// Prepare does before the press what a start would otherwise do after it: credentials are fetched by the first call,
// the desktop takes its seat, the warm instances are read. It also reads what earlier sessions took and cost.
func (s *Service) Prepare(ctx context.Context, u backend.User) (*backend.Prepared, error) {
	all, actx := errgroup.WithContext(ctx)
	all.Go(func() error { return s.takeSeat(actx) })
	all.Go(func() error {
		rows, err := s.warm(actx)
		if err == nil {
			s.see(rows)
		}
		return err
	})
	var p backend.Prepared
	all.Go(func() (err error) {
		p, err = s.learn(actx, u)
		return err
	})
	if err := all.Wait(); err != nil {
		return nil, problem("read the pool", err)
	}
	return &p, nil
}

// see keeps a reading of the warm instances for the next claim.
func (s *Service) see(rows []instanceRow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.view, s.viewed = rows, time.Now()
}

// prepared takes the reading of Prepare, nil if there is none or it is too old. A reading serves one claim.
func (s *Service) prepared() []instanceRow {
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := s.view
	s.view = nil
	if time.Since(s.viewed) > viewAge {
		return nil
	}
	return rows
}

// takeSeat draws this desktop's number, once.
func (s *Service) takeSeat(ctx context.Context) error {
	s.mu.Lock()
	had := s.seated
	s.mu.Unlock()
	if had {
		return nil
	}
	n, err := s.draw(ctx, seatsRow)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.seatNo, s.seated = n, true
	s.mu.Unlock()
	return nil
}

func (s *Service) seat() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.seatNo
}

// draw gives the next number of a counter in the leases table; no number is given twice.
func (s *Service) draw(ctx context.Context, counter string) (int64, error) {
	out, err := s.DynamoDB.UpdateItem(ctx, &dynamodb.UpdateItemInput{TableName: &s.Names.LeasesTable, Key: key("LeaseId", counter),
		UpdateExpression:          aws.String("ADD #n :one"),
		ExpressionAttributeNames:  map[string]string{"#n": "Number"},
		ExpressionAttributeValues: item{":one": value(1)}, ReturnValues: types.ReturnValueUpdatedNew})
	if err != nil {
		return 0, err
	}
	var got struct{ Number int64 }
	return got.Number, attributevalue.UnmarshalMap(out.Attributes, &got)
}

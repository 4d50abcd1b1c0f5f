package account

import (
	"context"
	"encoding/json"
	"math"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/pricing"
	"github.com/aws/aws-sdk-go-v2/service/pricing/types"

	"avatar-launcher/backend"
	"avatar-launcher/backend/messages"
)

// PricingRegion is a region that has the Pricing API, which knows the prices of all regions.
// https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
const PricingRegion = "us-east-1"

// Prices are those of the stack's instances in its region, in US dollars.
type Prices struct {
	Hourly  map[string]float64 // of a running instance, by instance type; types without a price are not in it
	GBMonth float64            // of a GB of gp3 disk; 0 if not known
	Traffic float64            // of a GB sent to the internet, the first 10 TB of a month; 0 if not known
}

// Prices asks AWS for the on-demand prices of the stack's instance types with its operating system, and of its disks.
func (a *Account) Prices(ctx context.Context, made *Outputs) (*Prices, error) {
	out := &Prices{Hourly: map[string]float64{}}
	system := "Linux"
	if made.OperatingSystem == "windows" {
		system = "Windows"
	}
	for _, kind := range made.InstanceTypes {
		price, err := a.price(ctx, "AmazonEC2", map[string]string{"regionCode": made.Region, "instanceType": kind,
			"operatingSystem": system,
			"tenancy":         "Shared", "preInstalledSw": "NA", "capacitystatus": "Used",
			"licenseModel": "No License required"})
		if err != nil {
			return nil, problem(messages.New("account.cannotReadPrices", made.Region), err)
		}
		if price > 0 {
			out.Hourly[kind] = price
		}
	}
	var err error
	out.GBMonth, err = a.price(ctx, "AmazonEC2",
		map[string]string{"regionCode": made.Region, "volumeApiName": "gp3", "productFamily": "Storage"})
	if err == nil {
		out.Traffic, err = a.price(ctx, "AWSDataTransfer", map[string]string{"fromRegionCode": made.Region,
			"transferType": "AWS Outbound", "toLocation": "External"})
	}
	if err != nil {
		return nil, problem(messages.New("account.cannotReadPrices", made.Region), err)
	}
	if len(out.Hourly) == 0 {
		return nil, &backend.Problem{Kind: backend.KindUnexpected, What: messages.New("account.awsPriceListNone")}
	}
	return out, nil
}

// price returns the on-demand price of a service's one product that has all the attributes, 0 if there is none.
func (a *Account) price(ctx context.Context, service string, attributes map[string]string) (float64, error) {
	in := &pricing.GetProductsInput{ServiceCode: &service}
	for name, value := range attributes {
		in.Filters = append(in.Filters,
			types.Filter{Type: types.FilterTypeTermMatch, Field: aws.String(name), Value: aws.String(value)})
	}
	page, err := a.Pricing.GetProducts(ctx, in)
	if err != nil {
		return 0, err
	}
	for _, text := range page.PriceList {
		if price := onDemand(text); price > 0 {
			return price, nil
		}
	}
	return 0, nil
}

// onDemand reads the on-demand price in US dollars of an entry of the price list, 0 if it has none. If the price falls
// with the amount, it is the price of the first amount that is not free.
func onDemand(entry string) float64 {
	var product struct {
		Terms struct {
			OnDemand map[string]struct {
				PriceDimensions map[string]struct {
					BeginRange   string               `json:"beginRange"`
					PricePerUnit struct{ USD string } `json:"pricePerUnit"`
				} `json:"priceDimensions"`
			}
		} `json:"terms"`
	}
	if json.Unmarshal([]byte(entry), &product) != nil {
		return 0
	}
	first, found := math.Inf(1), 0.0
	for _, term := range product.Terms.OnDemand {
		for _, dimension := range term.PriceDimensions {
			from, _ := strconv.ParseFloat(dimension.BeginRange, 64)
			price, err := strconv.ParseFloat(dimension.PricePerUnit.USD, 64)
			if err == nil && price > 0 && from < first {
				first, found = from, price
			}
		}
	}
	return found
}

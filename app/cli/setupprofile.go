package cli

import (
	"cmp"
	"math"
	"strings"

	"avatar-launcher/app/i18n"
	"avatar-launcher/backend/account"
	"avatar-launcher/backend/config"
)

// avatarReady is what an instance of the stack says in its log when its avatar answers; see build/aws/instance.
const avatarReady = "avatar: ready"

// noPrices says whose prices the profile has, if AWS's price list could not be read.
func noPrices(made *account.Outputs, err error) string {
	return i18n.Text("commands.setup.noPrices", i18n.ProblemOf(err).Error(), made.OperatingSystem, made.Region)
}

// profileOf is a configuration for the stack's users.
func profileOf(name string, made *account.Outputs, prices *account.Prices) config.File {
	p := config.Default().Profiles["local"]
	p.Cloud, p.Region = config.CloudAWS, made.Region
	p.Avatar.Scheme, p.Avatar.Port = "https", 443
	p.Cognito.UserPoolID, p.Cognito.ClientID, p.Cognito.IdentityPoolID = made.UserPoolID, made.ClientID,
		made.IdentityPoolID
	p.Cognito.Domain = made.SignInURL
	if p.Cognito.IdentityProvider = made.Provider; made.Provider != "" {
		p.Cognito.SignIn = config.SignInBrowser
		if made.Passwords {
			p.Cognito.SignIn = config.SignInEither
		}
	}
	used := made.Resources
	if len(used.InstanceTypes) == 1 {
		used.InstanceTypes = nil // the launch template names it
	}
	p.SetResources(used)
	p.Log.ReadyPattern = avatarReady
	if made.BrokerURL != "" {
		p.Control, p.Broker.URL = config.ControlAccount, made.BrokerURL
	}
	if made.PoolSize >= 0 {
		p.WarmPool.Size = made.PoolSize // as the stack's keeper has it
	}
	if !made.OwnImage {
		p.WarmPool.Size = 0
	}
	p.WarmPool.Recycle = config.RecycleReset // as the stack's keeper has it
	p.Prices = pricesOf(p.Prices, made, prices)
	return config.File{Profile: name, Profiles: map[string]config.Profile{name: p}}
}

// windowsHourly is what Windows adds to the price of a vCPU's hour. https://aws.amazon.com/ec2/pricing/on-demand/
const windowsHourly = 0.046

// pricesOf returns the stack's prices. If there are none, it corrects the defaults, which are those of
// Linux in us-east-1.
func pricesOf(p config.Prices, made *account.Outputs, prices *account.Prices) config.Prices {
	gb := 0.08
	hourly := map[string]float64{}
	if prices != nil {
		hourly, gb = prices.Hourly, cmp.Or(prices.GBMonth, gb)
	} else {
		for kind, price := range p.Hourly {
			if made.OperatingSystem == "windows" {
				price += windowsHourly * vcpus(kind)
			}
			hourly[kind] = math.Round(price*10_000) / 10_000
		}
	}
	if prices != nil && prices.Traffic > 0 {
		p.TrafficGB = math.Round(prices.Traffic*10_000) / 10_000
	}
	p.Hourly = hourly
	p.DiskMonth = math.Round(gb*float64(cmp.Or(made.VolumeSize, 100))*100) / 100
	return p
}

// vcpus is how many vCPUs an instance type of the default price table has.
func vcpus(kind string) float64 {
	_, size, _ := strings.Cut(kind, ".")
	return map[string]float64{"xlarge": 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32}[size]
}

// Package clients makes narrow clients of AWS's services: those of the SDK's, with the operations that are called.
package clients

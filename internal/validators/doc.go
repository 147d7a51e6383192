// Package validators holds the checks of attribute values that a plan can make
// without asking the server.
package validators

// Package app says what a conversation speaks: by its payload at the start of each direction, then by names, then by port. One
// protocol is one file, and one line in the table of protocols.
package app

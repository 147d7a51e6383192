package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// TokenSource yields the credential of a Client. It is called by one goroutine at
// a time, and must not use the Client that it serves.
type TokenSource interface {
	// Token returns the token to authenticate with. On the first call refused
	// is the zero Secret; later it is the token that the server has just
	// refused: the source then returns another one, or the same one when it has
	// no other. The zero Secret without an error means that there is no token
	// yet; the source is asked again by the next call that needs one.
	Token(ctx context.Context, refused Secret) (Secret, error)
}

// TokenFunc makes a TokenSource of a function.
type TokenFunc func(ctx context.Context, refused Secret) (Secret, error)

// Token calls f.
func (f TokenFunc) Token(ctx context.Context, refused Secret) (Secret, error) {
	return f(ctx, refused)
}

// StaticToken returns a TokenSource that always yields token.
func StaticToken(token Secret) TokenSource {
	return TokenFunc(func(context.Context, Secret) (Secret, error) { return token, nil })
}

// maxTokenFile is the size in bytes up to which a token file is read.
const maxTokenFile = 64 << 10

// TokenFile returns a TokenSource that reads the token from the file at path,
// white space around it apart. The file is read when the first request is made
// and again whenever the server refuses the token it held, so that another
// program can replace a token without restarting this one. An error names the
// file and never its content.
func TokenFile(path string) TokenSource {
	return TokenFunc(func(context.Context, Secret) (Secret, error) {
		file, err := os.Open(path) //nolint:gosec // Naming the file is what the caller is here for.
		if err != nil {
			return Secret{}, fmt.Errorf("token file: %w", err)
		}
		defer func() { _ = file.Close() }()
		content, err := io.ReadAll(io.LimitReader(file, maxTokenFile+1))
		if err != nil {
			return Secret{}, fmt.Errorf("token file: %w", err)
		}
		if len(content) > maxTokenFile {
			return Secret{}, fmt.Errorf("token file %s is larger than %d bytes", path, maxTokenFile)
		}
		token := strings.TrimSpace(string(content))
		if token == "" {
			return Secret{}, fmt.Errorf("token file %s is empty", path)
		}
		if err := CheckToken(token); err != nil {
			return Secret{}, fmt.Errorf("token file %s: %w", path, err)
		}
		return NewSecret(token), nil
	})
}

// CheckToken returns an error when token can't be sent in an Authorization
// header: when it is empty, longer than 4096 bytes, or holds anything but
// visible ASCII characters. The error does not show the token.
func CheckToken(token string) error {
	switch {
	case token == "":
		return errors.New("the token is empty")
	case token == redacted:
		return errors.New("the token is the text that stands for a redacted one")
	case len(token) > 4096:
		return errors.New("the token is longer than 4096 bytes")
	}
	for i := range len(token) {
		if c := token[i]; c < 0x21 || c > 0x7e {
			return fmt.Errorf("the token holds a character that a header can't carry (byte %d of %d): "+
				"white space, a line break or a non-ASCII character", i+1, len(token))
		}
	}
	return nil
}

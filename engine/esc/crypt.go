package main

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
)

// keyFrom reads the key from a file, making it first where there is none.
func keyFrom(file string) ([]byte, error) {
	key, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		key = newKey()
		err = os.WriteFile(file, key, 0o600)
	}
	return key, err
}

func newKey() []byte {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return key
}

// crypter encrypts the secrets of one environment. Ciphertext that was copied into another
// environment is not decrypted there.
type crypter struct {
	aead        cipher.AEAD
	environment string
}

func newCrypter(key []byte, environment string) (crypter, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return crypter{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	return crypter{aead, environment}, err
}

func (c crypter) Encrypt(_ context.Context, plaintext []byte) ([]byte, error) {
	return c.aead.Seal(nil, nil, plaintext, []byte(c.environment)), nil
}

func (c crypter) Decrypt(_ context.Context, ciphertext []byte) ([]byte, error) {
	return c.aead.Open(nil, nil, ciphertext, []byte(c.environment))
}

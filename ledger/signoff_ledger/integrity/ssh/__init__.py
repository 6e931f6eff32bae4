"""OpenSSH's formats: public keys, SSHSIG signatures, lists of allowed signers."""

//go:build tools

package programs

import _ "go.etcd.io/etcd/server/v3"

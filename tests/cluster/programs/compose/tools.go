//go:build tools

package programs

import _ "github.com/docker/compose/v2/cmd"

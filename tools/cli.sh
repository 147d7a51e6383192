#!/bin/sh
# Finds the Terraform-compatible CLI that the make targets use.
#
#   tools/cli.sh                  prints the absolute path of the CLI
#   tools/cli.sh registry PATH    prints the host that CLI takes as the default registry
#
# Order: $TF when it is set; terraform on PATH (>= 1.8, < 2); tofu on PATH (>= 1.8);
# OpenTofu built from its Go module (tools/tofu), which needs nothing but Go and make.
set -eu

# The CLI must neither call home nor read the user's configuration file. A
# missing file named by TF_CLI_CONFIG_FILE would also put a warning on stdout.
export CHECKPOINT_DISABLE=1
export TF_CLI_CONFIG_FILE=/dev/null

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }

fail() {
	say "tools/cli.sh: $*"
	exit 1
}

# absolute prints the absolute path of a command, given by name or by path.
absolute() {
	found=$(command -v -- "$1") || return 1
	case $found in
	/*) ;;
	*) found=$(CDPATH='' cd -- "$(dirname -- "$found")" && pwd)/$(basename -- "$found") ;;
	esac
	[ -f "$found" ] && [ -x "$found" ] && printf '%s\n' "$found"
}

# version prints the version of a CLI, or nothing when it does not run.
version() {
	"$1" version -json </dev/null 2>/dev/null |
		sed -n 's/.*"terraform_version": *"\([0-9][^"]*\)".*/\1/p'
}

# at_least_1_8 tells if a version has what the provider needs: functions.
at_least_1_8() {
	major=${1%%.*}
	rest=${1#*.}
	minor=${rest%%.*}
	[ "$major" -gt 1 ] || { [ "$major" -eq 1 ] && [ "$minor" -ge 8 ]; }
}

# make_tofu runs make for the pinned OpenTofu, without the flags and the job
# server of a make that this script itself may run below.
make_tofu() {
	(
		unset MAKEFLAGS MFLAGS MAKELEVEL
		"${GNUMAKE:-make}" -s -C "$root" "$@" .tools/bin/tofu >&2
	)
}

registry() {
	case $("$1" version </dev/null 2>/dev/null) in
	OpenTofu*) echo registry.opentofu.org ;;
	Terraform*) echo registry.terraform.io ;;
	*) fail "$1 is neither Terraform nor OpenTofu" ;;
	esac
}

find_cli() {
	if [ -n "${TF:-}" ]; then
		cli=$(absolute "$TF") || fail "TF=$TF: no such program"
		[ -n "$(version "$cli")" ] || fail "TF=$TF: \"version -json\" does not answer like Terraform or OpenTofu"
		printf '%s\n' "$cli"
		return
	fi
	for name in terraform tofu; do
		cli=$(absolute "$name") || continue
		version=$(version "$cli")
		if [ -z "$version" ]; then
			say "$cli is passed over: it does not tell its version."
		elif ! at_least_1_8 "$version"; then
			say "$cli is passed over: version $version is too old, 1.8 or later is needed."
		elif [ "$name" = terraform ] && [ "${version%%.*}" -ge 2 ]; then
			say "$cli is passed over: version $version is not known to work, 1.8 or later and below 2 is needed."
		else
			printf '%s\n' "$cli"
			return
		fi
	done
	if ! make_tofu -q 2>/dev/null; then
		pinned=$(sed -n 's|.*github.com/opentofu/opentofu \(v[^ ]*\).*|\1|p' "$root/tools/tofu/go.mod")
		say "No terraform or tofu (1.8 or later) was found: OpenTofu $pinned is now built from its Go module; this takes minutes and happens once."
	fi
	make_tofu || fail "OpenTofu could not be built; install terraform or tofu, or name one with TF=/path/to/cli"
	printf '%s\n' "$root/.tools/bin/tofu"
}

case ${1:-} in
'') find_cli ;;
registry) registry "$2" ;;
*) fail "unknown argument: $1" ;;
esac

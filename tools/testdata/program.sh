#!/bin/sh
# Stands for a CLI and for make in the tests of tools/cli.sh. PROGRAM_<name>, by
# the name it is called with, says what it does: "Terraform v1.2.3" is what a CLI
# prints, anything else is told below.
name=${0##*/}
eval "behavior=\$PROGRAM_$name"

case $name in
make)
	case "$behavior $*" in
	'fails'*) exit 2 ;;
	'builds'*' -q '*) exit 1 ;;
	esac
	exit 0
	;;
esac

if [ "$behavior" = broken ]; then
	echo 'no version is set' >&2
	exit 126
fi
# The real ones call home and spoil their output, unless they are told otherwise.
[ "$CHECKPOINT_DISABLE" = 1 ] || exit 1
[ -e "$TF_CLI_CONFIG_FILE" ] || echo 'Warning: Unable to open CLI configuration file'
if [ "$2" = -json ]; then
	printf '{\n  "terraform_version": "%s",\n  "platform": "x"\n}\n' "${behavior#* v}"
else
	echo "$behavior"
fi

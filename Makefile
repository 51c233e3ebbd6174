# ODDRescue. Everything is built under build/; README.md tells what the targets are for.
#
#   make run      build the image and rescue a bricked emulated drive in QEMU     make images   the images to write
#   make test     all tests                                                       make check    the tests without QEMU
#   make bench    figures                                                         make clean

BUILD := build

# Builds use all cores without being told to.
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell nproc)
endif

# `make V=1` shows whole commands.
Q := $(if $(V),,@)
say = @printf '  %-5s %s\n' $(1) $(2)

# The one list of Debian packages. Targets install what is missing (as root, or through sudo).
PACKAGES := gcc make git python3 clang clang-format libclang-rt-14-dev libcmocka-dev pkg-config \
            gnu-efi zlib1g-dev zopfli syslinux syslinux-common pxelinux mtools dosfstools fdisk \
            qemu-system-x86 ovmf ovmf-ia32 memtest86+ busybox-static cpio \
            dnsmasq-base tftpd-hpa iproute2 util-linux grub-common grub-pc-bin grub-efi-amd64-bin ipxe

# ---- product -------------------------------------------------------------------------------------

CC       := gcc
WARNINGS := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wundef
# Asked when it is used: on a fresh machine gcc is installed by the same make.
GCC_INCLUDE = $(shell $(CC) -print-file-name=include)
# 486-clean, freestanding, position fixed; no unwinding tables, no stack protector (there is
# nothing to call).
# As small as it gets: arguments in registers, popped by the callee, no padding between data.
KERNEL_CFLAGS = -std=c11 -m32 -march=i486 -mtune=i486 -Os -mregparm=3 -mrtd -malign-data=abi $(WARNINGS) -I. -nostdinc \
                 -isystem $(GCC_INCLUDE) -ffreestanding -fno-pic -fno-pie \
                 -fno-stack-protector -fno-asynchronous-unwind-tables -fomit-frame-pointer \
                 -fno-strict-aliasing -fno-common -ffunction-sections -fdata-sections -mno-sse -mno-mmx \
                 -msoft-float -mpreferred-stack-boundary=2 -fcf-protection=none -MMD -MP

PORTABLE_C := $(wildcard kernel/*.c kernel/lib/*.c drivers/*.c ui/*.c)
KERNEL     := $(BUILD)/oddrescue.krn

.PHONY: all run test check images bench clean packages analyze format-check fuzz-smoke qemu-test
all: $(KERNEL)

include boot/bios/bios.mk
include boot/efi/efi.mk
all: $(EFI_PROGRAMS)

# ---- images --------------------------------------------------------------------------------------

include images/images.mk

# ---- host tests ----------------------------------------------------------------------------------

HOST_SKIP  := kernel/lib/string.c kernel/lib/division.c drivers/ports_x86.c
HOST_C     := $(filter-out $(HOST_SKIP),$(PORTABLE_C))
TEST_C     := $(filter-out tests/drive/bridge%,$(wildcard tests/drive/*.c)) \
              $(filter-out tests/firmware/make_firmware.c,$(wildcard tests/firmware/*.c)) \
              $(wildcard tests/support/*.c)
UNIT       := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c))
SIMULATION := $(patsubst tests/simulation/%.c,%,$(wildcard tests/simulation/sim_*.c))
FUZZ       := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))

HOST_CFLAGS := -std=gnu11 -g $(WARNINGS) -I. -MMD -MP
SANITIZE    := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# Three builds of the same sources: with sanitizers, fast, and for libFuzzer.
$(BUILD)/asan/%.o: %.c | packages
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)gcc $(HOST_CFLAGS) $(SANITIZE) -c $< -o $@
$(BUILD)/fast/%.o: %.c | packages
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)gcc $(HOST_CFLAGS) -O2 -c $< -o $@
$(BUILD)/fuzzobj/%.o: %.c | packages
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)clang $(HOST_CFLAGS) -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -c $< -o $@

$(BUILD)/asan/product.a: $(patsubst %.c,$(BUILD)/asan/%.o,$(HOST_C))
$(BUILD)/asan/bench.a:   $(patsubst %.c,$(BUILD)/asan/%.o,$(TEST_C))
$(BUILD)/fast/product.a: $(patsubst %.c,$(BUILD)/fast/%.o,$(HOST_C))
$(BUILD)/fast/bench.a:   $(patsubst %.c,$(BUILD)/fast/%.o,$(TEST_C))
$(BUILD)/fuzzobj/product.a: $(patsubst %.c,$(BUILD)/fuzzobj/%.o,$(HOST_C))
$(BUILD)/%.a:
	@rm -f $@
	$(call say,AR,$@)
	$(Q)ar rcs $@ $^

$(BUILD)/unit/%: $(BUILD)/asan/tests/unit/%.o $(BUILD)/asan/bench.a $(BUILD)/asan/product.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)gcc $(SANITIZE) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -lcmocka $(LIBRARIES)
$(BUILD)/simulation/%: $(BUILD)/fast/tests/simulation/%.o $(BUILD)/fast/bench.a $(BUILD)/fast/product.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)gcc -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -lcmocka
$(BUILD)/simulation-asan/%: $(BUILD)/asan/tests/simulation/%.o $(BUILD)/asan/bench.a $(BUILD)/asan/product.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)gcc $(SANITIZE) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group -lcmocka
$(BUILD)/fuzz/%: $(BUILD)/fuzzobj/tests/fuzz/%.o $(BUILD)/fuzzobj/product.a
	@mkdir -p $(@D)
	$(call say,LINK,$@)
	$(Q)clang -fsanitize=fuzzer,address,undefined -o $@ $< $(filter %.a,$^) $(LIBRARIES)
# zlib says what the unpacker must say.
$(BUILD)/unit/test_inflate $(BUILD)/fuzz/fuzz_inflate: LIBRARIES := -lz
.SECONDARY:

$(BUILD)/make-firmware: tests/firmware/make_firmware.c $(BUILD)/fast/bench.a
	$(call say,CC,$@)
	$(Q)gcc $(HOST_CFLAGS) -MF $(BUILD)/make-firmware.d -O2 -o $@ $^
$(BUILD)/drive-bridge: $(patsubst %.c,$(BUILD)/fast/%.o,$(wildcard tests/drive/bridge*.c)) $(BUILD)/fast/bench.a
	$(call say,LINK,$@)
	$(Q)gcc -o $@ $^

include tests/qemu/efi/efi.mk

$(BUILD)/tftp-client: tests/network/tftp_client.c $(BUILD)/fast/product.a
	$(call say,CC,$@)
	$(Q)gcc $(HOST_CFLAGS) -MF $(BUILD)/tftp-client.d -O2 -o $@ $^

# ---- what to call --------------------------------------------------------------------------------

FUZZ_SECONDS ?= 5

fuzz-smoke: $(addprefix $(BUILD)/fuzz/,$(FUZZ))
	/usr/bin/python3 tests/run.py --fuzz --seconds $(FUZZ_SECONDS) $^

analyze: | packages
	/usr/bin/python3 tests/analyze.py $(CC) $(filter-out -MMD -MP -Os,$(KERNEL_CFLAGS)) -- \
	    $(PORTABLE_C) $(BIOS_C) $(wildcard boot/bios/unpack/*.c)
	/usr/bin/python3 tests/analyze.py $(CC) $(filter-out -MMD -MP -Os,$(EFI_X64_CFLAGS)) -- $(EFI_C)

format-check: | packages
	clang-format --dry-run --Werror $$(git ls-files '*.c' '*.h')

check: $(addprefix $(BUILD)/unit/,$(UNIT)) $(addprefix $(BUILD)/simulation/,$(SIMULATION)) \
       $(addprefix $(BUILD)/simulation-asan/,$(SIMULATION)) $(addprefix $(BUILD)/fuzz/,$(FUZZ)) \
       $(BUILD)/make-firmware $(KERNEL)
	/usr/bin/python3 tests/run.py --unit $(addprefix $(BUILD)/unit/,$(UNIT)) \
	    --simulation $(addprefix $(BUILD)/simulation/,$(SIMULATION)) \
	    --simulation-asan $(addprefix $(BUILD)/simulation-asan/,$(SIMULATION)) \
	    --fuzz $(addprefix $(BUILD)/fuzz/,$(FUZZ)) --seconds $(FUZZ_SECONDS)
	@$(MAKE) --no-print-directory analyze format-check

qemu-test: images $(BUILD)/drive-bridge $(BUILD)/make-firmware $(BUILD)/tftp-client $(EFI_TESTS)
	/usr/bin/python3 tests/run.py --qemu tests/qemu

# One after the other: both use all cores.
test:
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory qemu-test

run: images $(BUILD)/drive-bridge $(BUILD)/make-firmware
	/usr/bin/python3 tests/qemu/run.py

bench: images $(BUILD)/drive-bridge $(BUILD)/make-firmware $(addprefix $(BUILD)/simulation/,$(SIMULATION))
	/usr/bin/python3 tests/qemu/bench.py

# Installs what the list names and the machine lacks; quiet when nothing is missing.
packages:
	@missing=$$(for p in $(PACKAGES); do \
	    dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	    if [ "$$(id -u)" = 0 ]; then root=; else root=sudo; fi; \
	    echo "installing:" $$missing; \
	    $$root apt-get update -q && \
	    DEBIAN_FRONTEND=noninteractive $$root apt-get install -y -q --no-install-recommends $$missing; \
	fi

clean:
	rm -rf $(BUILD)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

# The kernel file for BIOS machines: the kernel, linked where it runs, packed, and carried by the part
# that boot loaders load. Included by Makefile.

BIOS_C     := $(wildcard boot/bios/*.c)
BIOS_S     := $(wildcard boot/bios/*.S)
BIOS_OBJ   := $(patsubst %.c,$(BUILD)/bios/%.o,$(PORTABLE_C) $(BIOS_C)) \
              $(patsubst %.S,$(BUILD)/bios/%.o,$(BIOS_S))
UNPACK_C   := $(wildcard boot/bios/unpack/*.c) kernel/lib/crc32.c kernel/lib/string.c \
              drivers/ports_x86.c drivers/serial.c
UNPACK_OBJ := $(patsubst %.c,$(BUILD)/bios/%.o,$(UNPACK_C)) \
              $(patsubst %.S,$(BUILD)/bios/%.o,$(wildcard boot/bios/unpack/*.S))
BIOS_LD    := ld -m elf_i386 -nostdlib --gc-sections --fatal-warnings -z noexecstack \
              --no-warn-rwx-segments

$(BUILD)/bios/%.o: %.c Makefile boot/bios/bios.mk | packages
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(KERNEL_CFLAGS) -c $< -o $@

$(BUILD)/bios/%.o: %.S Makefile boot/bios/bios.mk | packages
	@mkdir -p $(@D)
	$(call say,AS,$@)
	$(Q)$(CC) -m32 -march=i486 -I. -Wa,-I$(BUILD)/bios -MMD -MP -c $< -o $@

# With all symbols, at the addresses where it runs: what a debugger wants.
$(BUILD)/bios/kernel.elf: $(BIOS_OBJ) boot/bios/kernel.ld
	$(call say,LD,$@)
	$(Q)$(BIOS_LD) -T boot/bios/kernel.ld -Map $(BUILD)/bios/kernel.map -o $@ $(BIOS_OBJ)

$(BUILD)/bios/kernel.bin: $(BUILD)/bios/kernel.elf
	$(Q)objcopy -O binary $< $@

# gzip format (RFC 1952) with ten bytes in front; 4 % smaller than zlib's best.
$(BUILD)/bios/kernel.gz: $(BUILD)/bios/kernel.bin
	$(call say,PACK,$@)
	$(Q)zopfli --i5 -c $< >$@.part && mv $@.part $@

# What the other part must know of the kernel: where it begins, where its memory ends.
$(BUILD)/bios/kernel.symbols: $(BUILD)/bios/kernel.elf
	$(Q)objcopy --strip-all $(addprefix --keep-symbol=,start kernel_base bss_start bss_end) $< $@

$(BUILD)/bios/boot/bios/unpack/start.o: $(BUILD)/bios/kernel.gz

$(BUILD)/bios/loaded.elf: $(UNPACK_OBJ) $(BUILD)/bios/kernel.symbols boot/bios/unpack/loaded.ld
	$(call say,LD,$@)
	$(Q)$(BIOS_LD) -T boot/bios/unpack/loaded.ld -Map $(BUILD)/bios/loaded.map -o $@ \
	    $(UNPACK_OBJ) --just-symbols=$(BUILD)/bios/kernel.symbols

$(KERNEL): $(BUILD)/bios/loaded.elf boot/bios/unpack/seal.py
	$(call say,BIN,$@)
	$(Q)objcopy -O binary $< $(BUILD)/bios/unsealed
	$(Q)/usr/bin/python3 boot/bios/unpack/seal.py $(BUILD)/bios/unsealed $@

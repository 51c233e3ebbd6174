# UEFI applications for the whole-machine tests, x86_64 only. Included by Makefile.

EFI_TEST_CFLAGS = -std=c11 -Os $(WARNINGS) -I. -ffreestanding -fpic -fshort-wchar -mno-red-zone \
                  -mgeneral-regs-only -fno-stack-protector -fno-asynchronous-unwind-tables \
                  -fno-strict-aliasing -fcf-protection=none -DGNU_EFI_USE_MS_ABI -MMD -MP \
                  -isystem /usr/include/efi -isystem /usr/include/efi/x86_64
EFI_TESTS      := $(BUILD)/stand-in.efi $(BUILD)/careless.efi

$(BUILD)/efi-test/%.o: %.c tests/qemu/efi/efi.mk | packages
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)gcc $(EFI_TEST_CFLAGS) -c $< -o $@

$(BUILD)/efi-test/stand-in.so: $(patsubst %,$(BUILD)/efi-test/%.o,tests/qemu/efi/stand_in \
                                tests/qemu/efi/recorder kernel/lib/code_page)
$(BUILD)/efi-test/careless.so: $(BUILD)/efi-test/tests/qemu/efi/careless.o
$(BUILD)/efi-test/%.so:
	$(call say,LD,$@)
	$(Q)ld -nostdlib -shared -Bsymbolic -znocombreloc --no-undefined -z noexecstack \
	    --no-warn-rwx-segments -T /usr/lib/elf_x86_64_efi.lds -o $@ /usr/lib/crt0-efi-x86_64.o $^ \
	    /usr/lib/libefi.a /usr/lib/libgnuefi.a

$(BUILD)/%.efi: $(BUILD)/efi-test/%.so
	$(call say,EFI,$@)
	$(Q)objcopy $(addprefix -j ,.text .sdata .data .rodata .dynamic .dynsym .rel .rela .reloc) \
	    --target=efi-app-x86_64 $< $@

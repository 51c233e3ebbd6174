# The UEFI programs: the same kernel, drivers and screens as under BIOS, linked with Debian's
# gnu-efi (its start code, linker script and self-relocation). Included by Makefile.

EFI_C     := $(wildcard boot/efi/*.c)
EFI_X64   := $(BUILD)/oddx64.efi
EFI_IA32  := $(BUILD)/oddia32.efi
EFI_PROGRAMS := $(EFI_X64) $(EFI_IA32)

# Position independent, as the loader puts the program anywhere. wchar_t has 16 bits as in UEFI. The
# firmware's interrupts run on our stack: no red zone below it.
EFI_CFLAGS = -std=c11 -Os $(WARNINGS) -I. -nostdinc -isystem $(GCC_INCLUDE) -isystem /usr/include/efi \
             -ffreestanding -fpic -fvisibility=hidden -fshort-wchar -fno-stack-protector \
             -fno-asynchronous-unwind-tables -fno-strict-aliasing -fno-common -fcf-protection=none -MMD -MP

# x86_64: UEFI functions are called directly with their own convention; no floating-point or vector
# register is touched, which the firmware's interrupts need not save.
EFI_X64_CFLAGS  = $(EFI_CFLAGS) -m64 -mno-red-zone -mgeneral-regs-only -DGNU_EFI_USE_MS_ABI \
                  -isystem /usr/include/efi/x86_64
# ia32: the first processors under UEFI, and nothing that they lack. 64-bit members of structs lie at
# multiples of 8 (UEFI 2.3.1), which this compiler does not do by itself.
EFI_IA32_CFLAGS = $(EFI_CFLAGS) -m32 -march=i586 -mgeneral-regs-only -malign-double -isystem /usr/include/efi/ia32

EFI_X64_OBJ  := $(patsubst %.c,$(BUILD)/efi-x64/%.o,$(filter-out kernel/lib/division.c,$(PORTABLE_C)) $(EFI_C))
EFI_IA32_OBJ := $(patsubst %.c,$(BUILD)/efi-ia32/%.o,$(PORTABLE_C) $(EFI_C))
EFI_LD       := ld -nostdlib -shared -Bsymbolic -znocombreloc --no-undefined --fatal-warnings \
                -z noexecstack --no-warn-rwx-segments
EFI_SECTIONS := $(addprefix -j ,.text .sdata .data .rodata .dynamic .dynsym .rel .rela .reloc)

$(BUILD)/efi-x64/%.o: %.c Makefile boot/efi/efi.mk | packages
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(EFI_X64_CFLAGS) -c $< -o $@

$(BUILD)/efi-ia32/%.o: %.c Makefile boot/efi/efi.mk | packages
	@mkdir -p $(@D)
	$(call say,CC,$@)
	$(Q)$(CC) $(EFI_IA32_CFLAGS) -c $< -o $@

$(BUILD)/efi-x64/program.so: $(EFI_X64_OBJ)
	$(call say,LD,$@)
	$(Q)$(EFI_LD) -m elf_x86_64 -T /usr/lib/elf_x86_64_efi.lds -o $@ /usr/lib/crt0-efi-x86_64.o $^ \
	    /usr/lib/libgnuefi.a

$(BUILD)/efi-ia32/program.so: $(EFI_IA32_OBJ)
	$(call say,LD,$@)
	$(Q)$(EFI_LD) -m elf_i386 -T /usr/lib32/elf_ia32_efi.lds -o $@ /usr/lib32/crt0-efi-ia32.o $^ \
	    /usr/lib32/libgnuefi.a

$(EFI_X64): $(BUILD)/efi-x64/program.so
	$(call say,EFI,$@)
	$(Q)objcopy $(EFI_SECTIONS) --target=efi-app-x86_64 $< $@

$(EFI_IA32): $(BUILD)/efi-ia32/program.so
	$(call say,EFI,$@)
	$(Q)objcopy $(EFI_SECTIONS) --target=efi-app-ia32 $< $@

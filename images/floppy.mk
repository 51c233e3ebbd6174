# The 1.44 MB floppy. Loader and kernel leave room for a firmware file of 1 MiB. Included by
# images.mk, which has the tools and the dates.

FLOPPY_IMAGE         := $(IMAGES)/oddrescue-floppy.img
FLOPPY_HEADS         := 2
FLOPPY_TRACK         := 18
FLOPPY_SECTORS       := 2880
FLOPPY_ROOT_ENTRIES  := 224
FLOPPY_MEDIA         := 0xF0
LARGEST_FIRMWARE     := 1048576

images: $(FLOPPY_IMAGE)

# The parameters are those that every system gives to a 1.44 MB diskette (Microsoft FAT
# specification, BPB; media byte F0), since some BIOSes and drives accept no others.
$(FLOPPY_IMAGE): $(KERNEL) $(wildcard images/floppy/*) images/ODDRESC.CFG images/floppy.mk images/images.mk
	@mkdir -p $(@D)
	$(call say,IMAGE,$@)
	$(Q)rm -rf $@.new $(IMAGES)/floppy-files && mkdir -p $(IMAGES)/floppy-files/FIRMWARE
	$(Q)truncate -s $$(($(FLOPPY_SECTORS) * 512)) $@.new
	$(Q)/usr/sbin/mkfs.fat --invariant -F 12 -i $(VOLUME_SERIAL) -n ODDRESCUE -S 512 -s 1 -f 2 \
	    -R 1 -r $(FLOPPY_ROOT_ENTRIES) -M $(FLOPPY_MEDIA) -D 0 -h 0 \
	    -g $(FLOPPY_HEADS)/$(FLOPPY_TRACK) $@.new >/dev/null
	$(Q)$(MTOOLS) syslinux --install $@.new
	$(Q)cp $(SYSLINUX)/modules/bios/ldlinux.c32 $(KERNEL) images/floppy/syslinux.cfg \
	    images/floppy/README.TXT images/ODDRESC.CFG $(IMAGES)/floppy-files/
	$(Q)find $(IMAGES)/floppy-files -exec env TZ=UTC touch -d '$(IMAGE_DATE)' {} +
	$(Q)$(MTOOLS) mcopy -o -s -m -Q -i $@.new $(addprefix $(IMAGES)/floppy-files/,ldlinux.c32 \
	    $(notdir $(KERNEL)) syslinux.cfg README.TXT ODDRESC.CFG FIRMWARE) ::
	$(Q)rm -rf $(IMAGES)/floppy-files
	$(Q)$(MTOOLS) mdir -i $@.new :: | awk '/bytes free/ { gsub(/[^0-9]/, ""); \
	    printf "        %d bytes free, %d of them beside a firmware file of 1 MiB\n", $$0, \
	    $$0 - $(LARGEST_FIRMWARE); if ($$0 < $(LARGEST_FIRMWARE)) exit 1 }'
	$(Q)mv $@.new $@

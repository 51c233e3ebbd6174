# The folder that a TFTP server serves as it is. Included by images.mk.

PXE          := $(IMAGES)/pxe
PXE_FILES    := $(wildcard images/pxe/*)

# What the network boot loaders run.
PXE_PROGRAMS := $(KERNEL) $(EFI_PROGRAMS)

images: $(PXE)/README.TXT

# One rule for the whole folder, so that it never holds files of two versions: built under another
# name and moved when it is whole. ldlinux.c32 is the one thing that pxelinux.0 needs besides, of
# the same package of SYSLINUX.
$(PXE)/README.TXT: $(PXE_PROGRAMS) $(PXE_FILES) images/FIRMWARE.TXT images/pxe.mk
	$(call say,IMAGE,$(PXE)/)
	$(Q)rm -rf $(PXE) $(PXE).new
	$(Q)mkdir -p $(PXE).new/pxelinux.cfg $(PXE).new/oddresc.cfg $(PXE).new/FIRMWARE \
	    $(PXE).new/upload
	$(Q)cp /usr/lib/PXELINUX/pxelinux.0 $(SYSLINUX)/modules/bios/ldlinux.c32 $(PXE_PROGRAMS) \
	    $(addprefix images/pxe/,index.txt boot.ipxe README.TXT) $(PXE).new/
	$(Q)cp images/pxe/pxelinux.cfg $(PXE).new/pxelinux.cfg/default
	$(Q)cp images/pxe/oddresc.cfg $(PXE).new/oddresc.cfg/default
	$(Q)cp images/FIRMWARE.TXT $(PXE).new/FIRMWARE/README.TXT
	$(Q)chmod 777 $(PXE).new/upload
	$(Q)chmod a-x $(PXE).new/*.krn
	$(Q)find $(PXE).new -exec env TZ=UTC touch -d '$(IMAGE_DATE)' {} +
	$(Q)mv $(PXE).new $(PXE)
	$(Q)touch $@

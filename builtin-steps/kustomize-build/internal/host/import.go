//go:build wasip1

// The core import windlass:step/call@0.1.0. The host writes answers into buffers of ours, so that it never has to enter
// the allocator of this program.

package host

import (
	"fmt"
	"unsafe"
)

//go:wasmimport windlass:step/call@0.1.0 call
func hostCall(request unsafe.Pointer, length uint32) int32

//go:wasmimport windlass:step/call@0.1.0 read
func hostRead(handle int32, buffer unsafe.Pointer, length uint32) int32

//go:wasmimport windlass:step/call@0.1.0 close
func hostClose(handle int32) int32

// Call is the Function of the host that runs this program.
func Call(request []byte) ([]byte, error) {
	handle := hostCall(unsafe.Pointer(unsafe.SliceData(request)), uint32(len(request)))
	if handle < 0 {
		return nil, fmt.Errorf("the host does not take the call (%d)", handle)
	}
	defer hostClose(handle)
	var answer []byte
	buffer := make([]byte, 64<<10)
	for {
		n := hostRead(handle, unsafe.Pointer(unsafe.SliceData(buffer)), uint32(len(buffer)))
		switch {
		case n < 0:
			return nil, fmt.Errorf("the host does not give the answer (%d)", n)
		case n == 0:
			return answer, nil
		}
		answer = append(answer, buffer[:n]...)
	}
}

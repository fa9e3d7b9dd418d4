"""Starts the launcher with a debugger that an editor may attach to, by the Debug Adapter Protocol.

Arguments: the port of 127.0.0.1, debugpy's folder, the launcher, and the launcher's own.
"""

import os
import runpy
import socket
import sys


def listen(port, folder):
    # Last: what the function brings along comes first.
    sys.path.append(folder)
    import debugpy
    import debugpy.server.api  # makes pydevd's modules known

    import pydevd_file_utils
    from _pydevd_bundle.pydevd_comm import ReaderThread

    map_paths = pydevd_file_utils.setup_client_server_paths
    read_line = ReaderThread._read_line

    def with_task_root(paths):
        root = os.environ["LAMBDA_TASK_ROOT"]
        return map_paths([(local, remote.replace("/var/task", root, 1)) for local, remote in paths])

    def protocol_line(self):
        """Ends a connection that speaks another protocol: any page in a browser may send HTTP, with a body of requests."""
        line = read_line(self)
        if line in (b"", b"\r\n") or line.startswith(b"Content-"):
            return line
        self.sock.shutdown(socket.SHUT_RDWR)
        return b""

    pydevd_file_utils.setup_client_server_paths = with_task_root
    ReaderThread._read_line = protocol_line
    debugpy.listen(("127.0.0.1", port), in_process_debug_adapter=True)


if __name__ == "__main__":
    listen(int(sys.argv[1]), sys.argv[2])
    sys.argv = sys.argv[3:]
    runpy.run_path(sys.argv[0], run_name="__main__")

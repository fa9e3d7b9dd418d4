"""Starts AWS's runtime interface client as the managed runtime of AWS does: the function's own package is looked at first,
then its layers, then what the runtime brings along.

Arguments: the handler, the folder that stands for /opt, and those of packages that are taken in place of what is in the function's
package and in its layers, which are for another machine. Each folder may be empty.
"""

import os
import sys

# Before the function's own packages are there to be found: one of them may be an older client.
from awslambdaric import bootstrap
from awslambdaric.lambda_config import LambdaConfigProvider
from awslambdaric.lambda_runtime_client import LambdaRuntimeClient


class Client(LambdaRuntimeClient):
    """The native part takes any URL without its scheme for an address, this one a host and a port alone."""

    def __init__(self, address, use_thread_for_polling_next):
        host, _, path = address.partition("/")
        self.path = "/" + path if path else ""
        super().__init__(host, use_thread_for_polling_next)

    def call_rapid(self, http_method, endpoint, *args, **kwargs):
        super().call_rapid(http_method, self.path + endpoint, *args, **kwargs)


def main(handler, layers, packages, layer_packages):
    config = LambdaConfigProvider(sys.argv)
    version = "python%d.%d" % sys.version_info[:2]
    places = [packages] if packages else []
    places.append(os.environ["LAMBDA_TASK_ROOT"])
    if layer_packages:
        places.append(layer_packages)
    if layers:
        python = os.path.join(layers, "python")
        places += [os.path.join(python, "lib", version, "site-packages"), python]
    # The first was this script's folder.
    sys.path[0:1] = places
    sys.argv = sys.argv[:2]
    bootstrap.run(handler, Client(config.api_address, config.use_thread_polling))


if __name__ == "__main__":
    main(*sys.argv[1:5])

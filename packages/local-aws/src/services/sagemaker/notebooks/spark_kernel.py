"""What a PySpark kernel begins with: Spark on this machine, where on AWS a Livy endpoint would run the cells.

On the first cell it says so, and makes the session: `spark`, `sc`, and the magics `%%sql` and `%%local`. Its properties are
in the file beside this one that SPARK_KERNEL_SETTINGS names, as soon as what Spark needs is on this machine.
"""

import json
import os
import time


def settings():
    """Spark's properties: awaited while its connector to S3 is fetched."""
    path = os.environ["SPARK_KERNEL_SETTINGS"]
    told = False
    while not os.path.exists(path):
        if not told:
            print("Spark's connector to S3 is being fetched ...")
            told = True
        time.sleep(0.2)
    with open(path) as file:
        found = json.load(file)
    if "error" in found:
        raise RuntimeError(found["error"])
    return found["properties"]


def start():
    try:
        from pyspark.sql import SparkSession
    except ImportError:
        raise RuntimeError("PySpark is not installed on this machine: run `npm run notebooks:install`") from None
    builder = SparkSession.builder.appName(os.environ.get("NOTEBOOK_INSTANCE_NAME", "notebook"))
    for key, value in settings().items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def register(shell):
    def begin(*_):
        shell.events.unregister("pre_run_cell", begin)
        print("There is no Livy endpoint on this machine: the cells of this kernel run on its own PySpark.")
        try:
            session = start()
        except Exception as error:
            print(f"Spark does not start: {error}")
            # Said again, and tried again, with the next cell.
            shell.events.register("pre_run_cell", begin)
            return
        shell.user_ns.update(spark=session, sc=session.sparkContext)

    def sql(line, cell):
        shell.user_ns["spark"].sql(cell).show(truncate=False)

    def local(line, cell):
        shell.run_cell(cell)

    shell.events.register("pre_run_cell", begin)
    shell.register_magic_function(sql, "cell", "sql")
    shell.register_magic_function(local, "cell", "local")


register(get_ipython())  # noqa: F821
